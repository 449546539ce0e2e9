"""What must hold on every day, whatever goes wrong: one small class for each promise."""
