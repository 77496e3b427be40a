"""The flow editor's verbs: files read and saved, drafts kept, checked, drawn, talked to, signed and published."""
