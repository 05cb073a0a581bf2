#!/bin/bash -e
# In the guest: a host's LACP bond to a leaf with two VLANs on it, one of them in VRF blue, and a workload's namespace.
ip netns add rack
ip netns add workload
ip link add blue type vrf table 2000
ip link set blue up
for place in "" "-n rack"; do ip $place link add bond1 type bond mode 802.3ad miimon 100 lacp_rate fast; done
for number in 0 1; do
    ip link add port$number type veth peer name port$number netns rack
    for place in "" "-n rack"; do
        ip $place link set port$number master bond1
        ip $place link set port$number up
    done
done
for vlan in 310 311; do
    ip link add link bond1 name bond1.$vlan type vlan id $vlan
    ip -n rack link add link bond1 name bond1.$vlan type vlan id $vlan
    ip address add 10.$((vlan - 280)).0.1/24 dev bond1.$vlan
    ip -n rack address add 10.$((vlan - 280)).0.254/24 dev bond1.$vlan
done
ip link set bond1.310 master blue
for name in bond1 bond1.310 bond1.311; do
    ip link set $name up
    ip -n rack link set $name up
done
ip link add work0 type veth peer name work0 netns workload
ip link set work0 master blue
ip address add 10.40.0.1/24 dev work0
ip link set work0 up
ip -n workload address add 10.40.0.5/24 dev work0
ip -n workload link set work0 up
ip -n workload route add 172.30.0.0/24 via 10.40.0.1
sysctl -qw net.ipv4.ip_forward=1
