"""A virtual machine for what the machine's own kernel lacks: VRF, bond, VLAN and dummy devices.

It runs the system of the bootable hosts (``lab.hosts.base``) on Debian's cloud kernel under qemu, with KVM where the
machine has it and without it elsewhere. Nothing is installed on the machine: the packages are unpacked into the lab's
cache (``packages``). A machine has no network but what its jobs make, and nothing of it outlives its owner
(``machine``).
"""
