"""What staff do in the console: sign in, work on alerts, write to patients, enroll them, and look at how it goes."""
