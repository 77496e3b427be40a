"""The alarm that alarms when the alarm is dead: asks every part, judges, and pages by a way of its own."""
