"""Being on call: who can be reached, who is paged now, what changes the rota, and what staff hear of it beforehand."""
