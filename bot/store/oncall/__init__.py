"""Being on call, in the database: the rota as staff edit it, what was told of its gaps, and phones that fail."""
