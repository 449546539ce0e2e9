"""Finding: a person says whether a reader that was found on the network is ours."""

from edge.model.devices import FoundDecision
from edge.model.events import ReaderApproved, ReaderIgnored
from edge.model.posted import FoundReaderDecided
from edge.model.state import FloorState
from edge.rules.decision import Decision, accept, refuse
from edge.rules.terms import Terms


def decided(state: FloorState, terms: Terms, input_: FoundReaderDecided) -> Decision:
    """Approve a found reader under a name, or ignore it; an approved one stays so."""
    known = state.found.get(input_.found_id)
    if known is not None and known.name is not None:
        return refuse("approved_already", f"it is run as {known.name}; see the configuration")
    decision = FoundDecision(
        found_id=input_.found_id,
        name=input_.name,
        host=input_.host,
        port=input_.port,
        tls=input_.tls,
        certificate_sha256=input_.certificate_sha256,
        antennas=input_.antennas,
        by=input_.badge,
    )
    if input_.name is None:
        return accept("ignored", f"{input_.found_id} is ignored", ReaderIgnored(decision))
    taken = {one.name for one in state.found.values()} | terms.devices
    if input_.name in taken:
        return refuse("name_taken", f"another device is called {input_.name}; choose a free name")
    places = [one.location for one in state.floor.antennas if one.reader == input_.name]
    told = (
        f"its antennas hear {', '.join(dict.fromkeys(places))}"
        if places
        else "its reads mean nothing until the floor file names its antennas and the gateway is "
        "started again"
    )
    return accept("approved", f"{input_.name} is run; {told}", ReaderApproved(decision))
