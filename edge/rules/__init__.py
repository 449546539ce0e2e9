"""What the warehouse does with an input: pure rules from state to events and an answer."""
