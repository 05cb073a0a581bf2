#!/bin/bash
# FRR in the guest: `daemons.sh speaker|stop|provider|leaf`; the speaker with the options of frr-k8s' own manifest.
daemons=/usr/lib/frr

wait_for() { until [ -S "$1" ]; do sleep 0.2; done; }

# A router in a namespace of its own, without routes in the kernel: zebra tells bgpd the interfaces of link-local hops.
router() {
    install -d -o frr -g frr "/run/$1"
    for name in zebra bgpd; do
        ip netns exec "$1" $daemons/$name -d -P 0 -i "/run/$1/$name.pid" --vty_socket "/run/$1" -z "/run/$1/zserv.api" \
            -f "/etc/lab/$1.$name.conf"
        wait_for "/run/$1/$name.vty"
    done
}

case $1 in
speaker)
    install -d -o frr -g frr /run/frr
    for name in zebra staticd bgpd; do
        options="-A 127.0.0.1"
        [ $name = bgpd ] && options+=" -p 0"
        [ $name = zebra ] && options+=" -K 120 -s 90000000"
        $daemons/$name -d $options
        wait_for /run/frr/$name.vty
    done
    chown frr:frr /etc/frr # for the log that frr-k8s' configuration asks for
    vtysh -C -f /etc/frr/frr.conf && vtysh -f /etc/frr/frr.conf >/dev/null
    ;;
stop)
    for name in bgpd staticd zebra; do
        kill "$(cat /run/frr/$name.pid)" && tail --pid="$(cat /run/frr/$name.pid)" -f /dev/null
        rm -f /run/frr/$name.vty
    done
    ;;
*) router "$1" ;;
esac
