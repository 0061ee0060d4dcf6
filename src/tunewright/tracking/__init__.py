"""Recording runs beside DVC: one small interface, and a backend a file."""
