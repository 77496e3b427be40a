"""How words leave and arrive: Twilio and mail; and a pretend phone company that speaks Twilio's dialect."""
