"""The journal to the central system over MQTT, and its messages back."""
