"""Emergency exercises: faults really made on scratch copies, counted by books of their own."""
