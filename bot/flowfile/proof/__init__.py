"""The proof: every conversation that a flow allows, walked by the engine itself, and what must hold in all."""
