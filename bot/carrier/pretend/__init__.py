"""A local phone company: it speaks Twilio's REST dialect, posts signed webhooks, and fails on demand."""
