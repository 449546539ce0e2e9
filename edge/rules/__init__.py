"""What the warehouse does with an input: pure rules from state and input to events and an answer."""
