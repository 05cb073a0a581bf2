"""What ``python -m tests.run`` is made of: the layers, their reports, and the running of them."""
