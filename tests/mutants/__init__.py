"""Small changes to the sources that guard deletion, ownership, secrets and rolling back: each must fail a unit test.

``python -m tests.mutants`` (or ``make mutants``) makes every mutant of the files in ``targets``, runs the unit tests of
that file on it, and lists those that no test noticed. ``survivors.yml`` has the known ones, each with its reason.
"""
