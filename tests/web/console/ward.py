"""A ward with something going on, for pages to be looked at: made through the same doors as everything else."""

from __future__ import annotations

from bot.service.console import enrolling
from tests.clinic import Clinic, Handset


class Ward:
    """Two nurses, an admin, a viewer; five patients, with alerts of every tier and a review."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.ana = clinic.nurse(name="Ana Ruiz, RN")
        self.james = clinic.nurse(name="James Okafor, RN", rung=2)
        self.chen = clinic.nurse(name="Dr. Wei Chen", role="admin", rung=None)
        self.viewer = clinic.nurse(name="Vera Lind", role="viewer", rung=None)
        self.maria = self._enrolled("Maria Delgado", "+15075550111", "2026-11-15", "en")
        self.tom = self._enrolled("Tom Becker", "+15075550112", "2026-11-18", "en")
        self.lucia = self._enrolled("Lucía Herrera", "+15075550113", "2026-11-20", "es")
        self.grace = self._enrolled("Grace Lin", "+15075550114", "2026-11-12", "en")
        self.ruth = self._enrolled("Ruth Feldman", "+15075550115", "2026-11-10", "en")

    def _enrolled(self, name: str, phone: str, surgery: str, language: str) -> Handset:
        boxes = {
            "name": name,
            "phone": phone,
            "surgery": surgery,
            "language": language,
            "timezone": "America/Chicago",
            "procedure": "L4-L5 fusion",
            "care_team": "Dr. Chen",
            "emergency_contact": "+15075550199 Luis Delgado",
            "address": "12 Elm Street, Rochester MN",
            "consented": "yes",
        }
        checked = enrolling.check(self.clinic.parts, boxes, self.clinic.clock.now())
        assert checked.applicant is not None, checked.problems
        id_ = enrolling.enroll_one(self.clinic.parts, checked.applicant, self.clinic.clock.now())
        return self.clinic.handset(phone, id_, name)

    def lives(self) -> None:
        """A few days go by: check-ins are answered, and today several things happen at once."""
        clock = self.clinic.clock
        clock.forward(minutes=10)
        for pain in ("7", "about a 6", "5"):
            for patient in (self.maria, self.tom, self.grace):
                patient.texts(pain)
                self._denies_the_rest(patient)
            clock.forward(hours=24)
        self.hush()
        clock.forward(minutes=20)
        self.tom.texts("fever 101.8 since last night and the cut is leaking")
        clock.forward(minutes=2)
        self.ruth.texts("my calf is swollen and hot, hurts to stand")
        self.lucia.texts("no me quedan pastillas para el dolor")
        self.grace.texts("when should i worry about chest pain?")
        clock.forward(minutes=3)
        self.maria.texts("8")
        self.maria.texts("my leg went numb and i cant feel when i wipe")
        clock.forward(seconds=40)
        self.hush()

    def _denies_the_rest(self, patient: Handset) -> None:
        """No to every question, for as long as one is asked."""
        for _ in range(6):
            if any(
                row["patient_id"] == patient.id and row["state"] == "active" for row in self.clinic.rows_of("session")
            ):
                patient.texts("no")

    def hush(self) -> None:
        for handset in self.clinic.handsets:
            handset.forgets()
