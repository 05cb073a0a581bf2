"""The cells of the matrix of cluster networks that a run brings up."""

from __future__ import annotations

from itertools import product

from tests.lab.cni_cells import BY_MANIFESTS, DESIGNS, FAMILIES, NETWORKS, PEERS_MOVE, cells_of, reflects

CELLS = {(family, *cell) for family in FAMILIES for cell in cells_of(family, whole=False)}


def test_every_pair_of_a_network_a_design_and_a_family_is_run():
    for left, right in ((0, 1), (0, 2), (1, 2)):
        parts = (FAMILIES, NETWORKS, DESIGNS)
        assert set(product(parts[left], parts[right])) <= {(cell[left], cell[right]) for cell in CELLS}


def test_the_whole_matrix_has_every_cell():
    found = {(family, *cell) for family in FAMILIES for cell in cells_of(family, whole=True)}
    assert found == {*product(FAMILIES, NETWORKS, DESIGNS), ("ipv4", *BY_MANIFESTS)}


def test_in_every_family_a_node_reflects_and_people_s_peers_move_where_none_does():
    assert PEERS_MOVE in CELLS and not reflects(*PEERS_MOVE)
    assert {family for family, *cell in CELLS if reflects(family, *cell)} == set(FAMILIES)
