"""The seal on the wire."""

import ssl

from edge.sync.mqtt.settings import TlsSettings


def tls_context(tls: TlsSettings) -> ssl.SSLContext:
    """TLS 1.2 or newer; the broker's name is checked.

    Raises:
        OSError: a file cannot be read or is none.
    """
    for file in (tls.ca_file, tls.certificate_file, tls.key_file):
        if file is not None:
            file.open("rb").close()  # the error of the system names the file, that of ssl does not
    context = ssl.create_default_context(
        cafile=str(tls.ca_file) if tls.ca_file is not None else None
    )
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.certificate_file is not None:
        context.load_cert_chain(tls.certificate_file, tls.key_file)
    return context
