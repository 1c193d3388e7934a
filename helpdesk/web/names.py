"""The names an institution gives to the keys of its catalogue."""

from dataclasses import dataclass

from helpdesk.domain.catalogue import Catalogue, RequestType
from helpdesk.queries.shownvalues import place_name, shown_value


@dataclass(frozen=True, slots=True)
class Names:
    """Looks names up in a catalogue; a key the catalogue dropped reads as itself."""

    catalogue: Catalogue

    def request_type(self, key: str | None) -> str:
        """The name of a request type; «Sin clasificar» without one."""
        if key is None:
            return "Sin clasificar"
        return self._name(self.catalogue.request_types, key)

    def matter(self, kind: str, request_type: str | None) -> str:
        """What a ticket is about: its request type, or that it is a consultation (R-109)."""
        return "Consulta a un órgano" if kind == "consultation" else self.request_type(request_type)

    def team(self, key: str | None, scope: str | None = None) -> str:
        """The name of a team, with its region or centre."""
        return self._with_place(self._name(self.catalogue.teams, key), scope)

    def role(self, key: str | None, scope: str | None = None) -> str:
        """The name of a function, with its region, programme or centre."""
        return self._with_place(self._name(self.catalogue.roles, key), scope)

    def place(self, key: str | None) -> str:
        """The name of a region, programme, centre or organ."""
        return (place_name(self.catalogue, key) or key) if key else "—"

    def document(self, request_type: str | None, key: str) -> str:
        """The name of a required document."""
        found = self.type_of(request_type)
        return self._name(found.required_documents, key) if found else key

    def field(self, request_type: str | None, key: str) -> str:
        """The label of a datum of the request."""
        found = self.type_of(request_type)
        labels = {item.key: item.label for item in found.intake_fields} if found else {}
        return labels.get(key) or key.replace("_", " ").capitalize()

    def value(self, request_type: str | None, key: str, value: object) -> str:
        """A value of the request in words."""
        found = self.type_of(request_type)
        field = next((item for item in found.intake_fields if item.key == key), None) if found else None
        return shown_value(self.catalogue, field, value)

    def type_of(self, key: str | None) -> RequestType | None:
        """The request type, if the catalogue has it."""
        return next((item for item in self.catalogue.request_types if item.key == key), None)

    def waits_for(
        self, kind: str | None, role: str | None, scope: str | None, team: str | None, status: str
    ) -> str | None:
        """«espera a Jefe Administrativo Regional, Biobío»: who has the next move."""
        if status == "waiting_requester":
            return "espera al solicitante"
        if kind is None:
            return None
        if role:
            return f"espera a {self.role(role, scope)}"
        return f"espera a {self.team(team, scope)}" if team else None

    def _with_place(self, name: str, scope: str | None) -> str:
        return f"{name}, {self.place(scope)}" if scope else name

    @staticmethod
    def _name(items: tuple[object, ...], key: str | None) -> str:
        if key is None:
            return "—"
        return next((str(item.name) for item in items if getattr(item, "key", None) == key), key)  # type: ignore[attr-defined]  # every kind of entry has key and name
