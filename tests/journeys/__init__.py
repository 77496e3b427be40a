"""One file a promise, in the patient's and the nurse's words."""
