"""The token of this gateway's own commands: whoever may read the session key may look.

The key already lets its holder seal any session, so a token drawn from it opens nothing that the
file's owner could not open. It needs no settings, and changes when the key is changed.
"""

import hashlib
import hmac
from pathlib import Path

from edge.web.people import Scope, ServiceToken
from edge.web.sessions import load_key

NAME = "gateway"
_PURPOSE = b"warehouse-edge: the gateway's own commands may look"


def host_token(session_key_path: Path) -> str:
    """The token, for a command on this host.

    Raises:
        SessionKeyError: there is no good key, or it may not be read.
    """
    load_key(session_key_path)  # a broken or open file is refused in its own words
    first_key = session_key_path.read_bytes().split()[0]
    return hmac.new(first_key, _PURPOSE, hashlib.sha256).hexdigest()


def host_service_token(session_key_path: Path) -> ServiceToken:
    """The same token as the web server knows it.

    Raises:
        SessionKeyError: as above.
    """
    digest = hashlib.sha256(host_token(session_key_path).encode()).hexdigest()
    return ServiceToken(NAME, digest, frozenset(Scope))
