"""What keeps patients' words safe and lets them go: backup, restore, export, erasure, retention."""
