"""The last two days and today: what runs, waits, is late, is broken, wants validation; and the story of Palettiseur 2."""

from datetime import datetime, timedelta
from uuid import UUID

from server.demo import words
from server.demo.calendars import DAY, HOUR, MINUTE
from server.demo.chance import Dice, instant
from server.demo.codes import Codes
from server.demo.files import Files
from server.demo.people import Staff, User
from server.demo.pictures import close_up
from server.demo.plans import Pin
from server.demo.plant import Machine, Plant, Site
from server.demo.sheets import Action, Note, Photo, Request, Sheet, StatusChange, Trace

LEAK = ("Fuite vérin de poussée", "ELP", "1.1", "REP")
JOINT = "Joint vérin Ø63 remplacé"


class Present:
    """All times are counted backwards from now, in minutes: `ago`."""

    def __init__(self, seed: int, plant: Plant, staff: Staff, codes: Codes, files: Files, now: float) -> None:
        self.dice = Dice(seed, "present")
        self.plant, self.staff, self.codes, self.files, self.now = plant, staff, codes, files, now
        self.sheets: list[Sheet] = []
        self.requests: list[tuple[Machine, Request]] = []
        self.pins: dict[tuple[UUID, str], Pin] = {}

    def tell(self) -> None:
        for site in self.plant.sites:
            self._to_do(site)
        self._palletiser()
        self._for_the_technician()
        self._awaiting()
        self._broken()
        self._temporary()
        self._requests()

    # ------------------------------------------------------------ the story of the mock-ups

    def _palletiser(self) -> None:
        machine, karim, julien = self.plant.machine("Palettiseur 2"), self.staff.named("k.benali"), self.staff.named("technician")
        day = 24 * 60
        self.done(
            machine,
            "Blocage couche",
            karim,
            300 * day,
            55,
            stop=95,
            code=("JAM", "1.6", "CLN"),
            work="Plateau dégagé, guides de couche contrôlés.",
        )
        self.done(
            machine,
            "Capteur fin de course",
            julien,
            205 * day,
            20,
            stop=50,
            code=("AIR", "3.3", "ADJ"),
            work="Capteur fin de course réglé.",
        )
        self.done(machine, LEAK[0], karim, 150 * day, 62, stop=250, code=LEAK[1:], work=JOINT + ". Essai 15 min en automatique.")
        self.done(
            machine, LEAK[0], karim, 11 * day + 35, 48, stop=132, code=LEAK[1:], work=JOINT + ".",
            seen="Tige légèrement rayée, à surveiller. Prévoir vérin neuf au prochain arrêt.",
        )  # fmt: skip
        leak = self.new(machine, LEAK[0], "corrective", 25, priority="urgent")
        leak.description = "Fuite d’huile sous le vérin de poussée, flaque au sol côté plateau."
        leak.created_by, leak.reported_at = julien.id, self.at(25)
        self.stop(leak, 25, "failure", "broken", julien)
        self.run(leak, julien, 18.7)
        self.photo(leak, julien, 18, "before", "Flaque sous le vérin", "leak")

    # ------------------------------------------------------------ what is to be done

    def _for_the_technician(self) -> None:
        julien = self.staff.named("technician")
        self.due(self._named("Souffleuse 1"), "Graissage paliers", -2, 9, julien, priority="high")
        self.due(self._named("Convoyeur C-12"), "Contrôle sécurité mensuel", 0, 14, julien, priority="high")
        self.due(self._named("Boucheuse 2"), "Contrôle couple de bouchage", 0, 16, julien)
        seen = self.done(self._named("Étiqueteuse 3"), "Contrôle courroies", julien, 28.5 * 60, 31, kind="preventive",
                         work="Courroie d’entraînement effilochée, à remplacer. Tension des autres correcte.")  # fmt: skip
        self.belt = self.due(
            self._named("Étiqueteuse 3"), "Remplacer courroie", 1, 8, julien, kind="corrective", said="Courroie effilochée vue à la ronde."
        )
        self.belt.found_in = seen.id
        self.due(self._named("Palettiseur 3"), "Lubrification chaînes et guides", 3, 10, julien)
        returned = self.done(self._named("Encaisseuse 2"), "Photocellule entrée", julien, 27 * 60, 22, stop=31, code=("AIR", "3.3", "REP"),
                             work="Photocellule remplacée.", validated=False)  # fmt: skip
        self._send_back(returned, 190, "Photo après réparation manquante.")
        washing = self.new(self._named("Laveuse bouteilles 1"), "Détartrage bacs", "preventive", 8 * 24 * 60)
        self._pin(washing, self.now - 120 * MINUTE)
        washing.assigned_technician_id = self.staff.named("m.diallo").id
        self.stop(washing, 110, "planned", "maintenance", self.staff.named("m.diallo"))
        self.run(washing, self.staff.named("m.diallo"), 108)

    def _to_do(self, site: Site) -> None:
        """What nobody has taken yet; what is planned comes from the plans."""
        machine = self.dice.pick(self._ordinary(site))
        assert machine.kind is not None
        fault = self.dice.pick(machine.kind.faults)
        self.due(machine, fault.title, 0, 15, None, kind="corrective", said=words.asked(fault, self.dice))

    # ------------------------------------------------------------ what was done

    def _awaiting(self) -> None:
        named, who = self._named, self.staff.named
        chain = self.done(named("Palettiseur 1"), "Bruit chaîne d’élévation", who("k.benali"), 62, 38, stop=43, code=("NOI", "2.4", "LUB"),
                          work="Chaîne graissée et retendue. Essai 10 min en production.", seen="Pignon tendeur marqué, à remplacer.", validated=False)  # fmt: skip
        self.photo(chain, who("k.benali"), 92, "before", "Chaîne détendue", "noise")
        self.photo(chain, who("k.benali"), 66, "after", "Chaîne retendue", "fixed")
        self.done(
            named("Souffleuse 2"),
            "Graissage paliers",
            who("technician"),
            84,
            26,
            kind="preventive",
            work="Graissage des paliers et cames fait.",
            validated=False,
        )
        self.done(named("Palettiseur 3"), "Contrôle sécurité mensuel", who("l.petit"), 130, 24, kind="preventive", validated=False,
                  work="Barrières et arrêts d’urgence testés.", seen="Un point non conforme : voyant de porte arrière hors service.")  # fmt: skip
        belt = self.done(named("Étiqueteuse 2"), "Courroie cassée", who("k.benali"), 22 * 60, 41, stop=55, code=("BRD", "2.5", "REP"),
                         work="Courroie crantée remplacée, tension réglée.", validated=False)  # fmt: skip
        self.photo(belt, who("k.benali"), 22 * 60 + 35, "before", "Courroie sortie de sa poulie", "jam")
        self.done(named("Remplisseuse 3"), "Capteur niveau cuve", who("m.diallo"), 20 * 60, 24, stop=30, code=("AIR", "3.3", "REP"),
                  work="Capteur niveau remplacé. Essais OK.", validated=False)  # fmt: skip
        self.done(named("Convoyeur C-04", 1), "Bruit roulement de renvoi", who("s.girard"), 190, 33, code=None, validated=False,
                  work="Roulement remplacé côté renvoi. Origine du bruit pas certaine.")  # fmt: skip
        self.done(named("Groupe froid 1", 2), "Relevé de marche", who("o.payet"), 75, 20, kind="preventive", validated=False,
                  work="Pressions, températures et intensités normales.")  # fmt: skip

    # ------------------------------------------------------------ what is broken

    def _broken(self) -> None:
        antoine = self.staff.named("a.lemoine")
        hot = self.new(self._named("Compresseur 2", 1), "Température d’huile haute", "corrective", 26 * 60, priority="urgent")
        hot.description, hot.reported_at = "Compresseur en défaut température depuis hier.", self.at(26 * 60)
        self.stop(hot, 26 * 60 + 4, "failure", "broken", antoine)
        hot.status, hot.status_reason = "on_hold", "Attente pièce : radiateur d’huile, livraison demain matin."
        hot.actual_start, hot.assigned_technician_id, hot.version = self.at(25.5 * 60), antoine.id, 3
        hot.actions.append(self._action(antoine, 25.5 * 60, 24.6 * 60))
        hot.notes.append(
            Note(self._id(24.6 * 60), antoine.id, self.at(24.6 * 60), "Radiateur percé. Compresseur 1 et 3 tiennent le réseau à 6,8 bar.")
        )
        self.trace(hot, 24.6 * 60, antoine, "intervention.held", status=["in_progress", "on_hold"])
        belt = self.new(self._named("Convoyeur C-07", 2), "Chaîne cassée", "corrective", 118, priority="high")
        belt.description, belt.reported_at = "Chaîne à palettes cassée à la sortie de l’étiqueteuse.", self.at(120)
        self.stop(belt, 122, "failure", "broken", self.staff.named("m.hoarau"))

    def _temporary(self) -> None:
        machine, lea = self._named("Boucheuse 1"), self.staff.named("l.petit")
        patch = self.done(machine, "Casse mors de tête", lea, 12 * 24 * 60, 50, stop=75, code=("BRD", "2.5", "RPR"),
                          work="Tête 5 condamnée, cadence réduite à 90 %. Réparation provisoire.")  # fmt: skip
        assert patch.actual_end is not None
        expiry = instant(self.now).date() + timedelta(days=2)
        patch.temporary_until = expiry
        mend = self.due(machine, "Réparation définitive : casse mors de tête", 2, 8, lea, kind="corrective", priority="high")
        mend.permanent_repair_of = patch.id
        mend.description = "Remplacer la tête 5 condamnée provisoirement."

    def _requests(self) -> None:
        asked = (
            (
                "Convoyeur C-05",
                0,
                35,
                "jam",
                "Bouteilles couchées au virage, on les relève à la main toutes les 10 min.",
                "Sandrine, poste 3",
                False,
            ),
            ("Encaisseuse 1", 0, 95, "leak", "Fuite d’air sous le poussoir, ça siffle fort.", "Équipe matin", False),
            ("Étiqueteuse 2", 1, 210, "quality", "Étiquettes de travers sur une bouteille sur dix.", "Bruno", False),
        )
        for name, site, ago, symptom, text, requester, is_stopped in asked:
            machine = self._named(name, site)
            photo = self.files.add_picture(close_up(symptom, ago), machine.site.id, f"{symptom}.jpg", self.now - ago * MINUTE)
            request = Request(self._id(ago), self.at(ago), symptom, text, requester, is_stopped, photo)
            self.requests.append((machine, request))

    # ------------------------------------------------------------ the pieces

    def at(self, ago: float) -> datetime:
        return instant(self.now - ago * MINUTE)

    def _id(self, ago: float) -> UUID:
        return self.dice.id_at(self.now - ago * MINUTE)

    def _named(self, name: str, site: int = 0) -> Machine:
        return self.plant.machine(name, site)

    def _ordinary(self, site: Site) -> list[Machine]:
        cast = {
            "Palettiseur 2",
            "Souffleuse 1",
            "Boucheuse 1",
            "Laveuse caisses 1",
            "Laveuse bouteilles 1",
            "Convoyeur C-07",
            "Compresseur 2",
        }
        return [m for m in self.plant.machines if m.site is site and m.kind and not m.parent and not m.idle_from and m.name not in cast]

    def new(self, machine: Machine, title: str, kind: str, ago: float, priority: str = "medium") -> Sheet:
        supervisor = self.staff.supervisors[machine.site.index]
        at = self.at(ago)
        sheet = Sheet(self._id(ago), at, at, machine, machine.site.id, machine.id, title, kind, priority=priority,
                      supervisor_id=supervisor.id, created_by=supervisor.id)  # fmt: skip
        self.sheets.append(sheet)
        self.trace(sheet, ago, supervisor, "intervention.created", status=[None, "pending"])
        return sheet

    def due(self, machine: Machine, title: str, day: int, hour: int, who: User | None, *, kind: str = "preventive", priority: str = "medium",
            said: str = "") -> Sheet:  # fmt: skip
        """A pending job planned `day` days from today."""
        calendar = machine.site.calendar
        start = calendar.at(calendar.day_of(self.now) + day, hour * HOUR)
        created = min(start - 7 * DAY, self.now - 2 * HOUR) if kind == "preventive" else min(start, self.now) - 20 * HOUR
        sheet = self.new(machine, title, kind, (self.now - created) / MINUTE, priority)
        sheet.scheduled_start, sheet.scheduled_end = instant(start), instant(start + 45 * MINUTE)
        sheet.assigned_technician_id, sheet.description = who.id if who else None, said
        if kind == "preventive":
            self._pin(sheet, start)
        return sheet

    def _pin(self, sheet: Sheet, at: float) -> None:
        """The machine's plan of that title has a date in the hour of `at`, and this is its job."""
        due = sheet.machine.site.calendar.local(at).replace(minute=0, second=0)
        self.pins[sheet.machine.id, sheet.title] = Pin(sheet, due)

    def done(self, machine: Machine, title: str, who: User, ago: float, minutes: float, *, kind: str = "corrective", stop: float | None = None,
             code: tuple[str, str, str] | None = None, work: str = "", seen: str = "", validated: bool = True) -> Sheet:  # fmt: skip
        """A job that ended `ago` minutes ago after `minutes` of work, and `stop` minutes of stop when there was one."""
        began = ago + minutes
        sheet = self.new(machine, title, kind, began + (15 if kind == "corrective" else 7 * 24 * 60))
        if kind == "corrective":
            sheet.reported_at, sheet.created_by = self.at(began + 16), who.id
        else:
            self._pin(sheet, self.now - began * MINUTE)
        if stop:
            self.stop(sheet, ago + stop, "failure", "broken", who)
            self.restart(sheet, ago + 1, who)
        sheet.actions.append(self._action(who, began, ago))
        sheet.status, sheet.actual_start, sheet.actual_end = "completed", self.at(began), self.at(ago)
        sheet.completed_by = sheet.assigned_technician_id = who.id
        sheet.work_performed, sheet.observations, sheet.version, sheet.updated_at = work, seen, 3, self.at(ago)
        self._coded(sheet, code)
        self.trace(sheet, began, who, "intervention.started", status=["pending", "in_progress"])
        self.trace(sheet, ago, who, "intervention.completed", status=["in_progress", "completed"])
        if validated:
            self._validate(sheet, max(ago * 0.96, ago - 15 * 60))
        return sheet

    def _coded(self, sheet: Sheet, code: tuple[str, str, str] | None) -> None:
        kind = sheet.machine.kind
        if sheet.intervention_type != "corrective" or kind is None:
            return
        if code is None:
            sheet.mode_unknown = True
            return
        sheet.mode_id, sheet.mechanism_id, sheet.remedy_id = (
            self.codes.items.get((kind.code, list_name, value))
            for list_name, value in zip(("mode", "mechanism", "remedy"), code, strict=True)
        )

    def _validate(self, sheet: Sheet, ago: float) -> None:
        supervisor = self.staff.supervisors[sheet.machine.site.index]
        sheet.is_validated, sheet.validated_by, sheet.validated_at = True, supervisor.id, self.at(ago)
        sheet.version, sheet.updated_at = 4, sheet.validated_at
        self.trace(sheet, ago, supervisor, "intervention.validated", is_validated=[False, True])

    def _send_back(self, sheet: Sheet, ago: float, reason: str) -> None:
        supervisor = self.staff.supervisors[sheet.machine.site.index]
        sheet.status, sheet.returned_by, sheet.returned_at, sheet.return_reason = "in_progress", supervisor.id, self.at(ago), reason
        sheet.actual_end, sheet.version = None, 4
        sheet.completed_by = None
        self.trace(sheet, ago, supervisor, "intervention.returned", status=["completed", "in_progress"], return_reason=["", reason])

    def run(self, sheet: Sheet, who: User, ago: float) -> None:
        sheet.status, sheet.actual_start, sheet.assigned_technician_id, sheet.version = "in_progress", self.at(ago), who.id, 2
        sheet.actions.append(Action(self._id(ago), who.id, self.at(ago), None))
        self.trace(sheet, ago, who, "intervention.started", status=["pending", "in_progress"])

    def stop(self, sheet: Sheet, ago: float, kind: str, status: str, who: User) -> None:
        sheet.stop_kind, sheet.stopped_at = kind, self.at(ago)
        sheet.statuses.append(StatusChange(self._id(ago), "active", status, self.at(ago), who.id, sheet.title))

    def restart(self, sheet: Sheet, ago: float, who: User) -> None:
        sheet.restarted_at = self.at(ago)
        sheet.statuses.append(StatusChange(self._id(ago), sheet.statuses[-1].to_status, "active", self.at(ago), who.id, ""))

    def photo(self, sheet: Sheet, who: User, ago: float, kind: str, caption: str, symptom: str) -> None:
        content = close_up(symptom, len(sheet.photos) + int(ago))
        attachment = self.files.add_picture(content, sheet.site_id, f"{kind}.jpg", self.now - ago * MINUTE, who.id)
        sheet.photos.append(Photo(attachment, who.id, self.at(ago), kind, caption))

    def _action(self, who: User, began: float, ended: float) -> Action:
        return Action(self._id(began), who.id, self.at(began), self.at(ended))

    def trace(self, sheet: Sheet, ago: float, who: User, action: str, **changes: list[object]) -> None:
        if ago * MINUTE <= 14 * DAY:
            sheet.trail.append(Trace(self.at(ago), who.id, action, changes))
