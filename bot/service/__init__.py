"""The verbs: one a module, one transaction a verb. They do what the core decided; nothing else writes."""
