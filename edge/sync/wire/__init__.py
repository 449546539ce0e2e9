"""What goes over the wire: topics, payloads in, payloads out."""
