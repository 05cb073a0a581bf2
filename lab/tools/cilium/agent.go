package main

import (
	"github.com/cilium/hive/cell"

	daemonk8s "github.com/cilium/cilium/daemon/k8s"
	"github.com/cilium/cilium/pkg/bgp"
	cmtypes "github.com/cilium/cilium/pkg/clustermesh/types"
	"github.com/cilium/cilium/pkg/datapath/linux"
	ipsecFake "github.com/cilium/cilium/pkg/datapath/linux/ipsec/fake"
	ipsec "github.com/cilium/cilium/pkg/datapath/linux/ipsec/types"
	"github.com/cilium/cilium/pkg/datapath/tables"
	"github.com/cilium/cilium/pkg/datapath/tunnel"
	envoy "github.com/cilium/cilium/pkg/envoy/config"
	"github.com/cilium/cilium/pkg/k8s/client"
	k8sTables "github.com/cilium/cilium/pkg/k8s/tables"
	"github.com/cilium/cilium/pkg/kpr"
	"github.com/cilium/cilium/pkg/lbipamconfig"
	"github.com/cilium/cilium/pkg/loadbalancer"
	"github.com/cilium/cilium/pkg/loadbalancer/reflectors"
	"github.com/cilium/cilium/pkg/loadbalancer/writer"
	"github.com/cilium/cilium/pkg/metrics"
	"github.com/cilium/cilium/pkg/node"
	nodeSync "github.com/cilium/cilium/pkg/node/sync"
	"github.com/cilium/cilium/pkg/nodeipamconfig"
	"github.com/cilium/cilium/pkg/source"
	"github.com/cilium/cilium/pkg/svcrouteconfig"
)

// agentCells are the agent's BGP control plane and what it reads: its node, Services, and the kernel's devices.
//
// $K8S_NODE_NAME names the node, as in Cilium.
func agentCells() []cell.Cell {
	return []cell.Cell{
		metrics.Cell,
		client.Cell,

		// the node itself, before those that read its table: no tunnel, no IPsec, no other clusters
		node.LocalNodeStoreCell,
		nodeSync.LocalNodeSyncCell,
		cell.Invoke(func(*node.LocalNodeStore) {}), // else the table of the local node stays empty
		cell.Provide(
			func() tunnel.Config { return tunnel.NewTestConfig(tunnel.Disabled) },
			func() ipsec.Config { return ipsecFake.Config{} },
			func() cmtypes.ClusterInfo { return cmtypes.DefaultClusterInfo },
		),

		// what Kubernetes has: resources, and the load balancer's tables made of Services and their endpoints
		cell.Config(envoy.SecretSyncConfig{}),
		kpr.Cell,
		daemonk8s.ResourcesCell,
		k8sTables.TablesCell,
		loadbalancer.ConfigCell,
		writer.Cell,
		reflectors.Cell,
		lbipamconfig.Cell,
		nodeipamconfig.Cell,
		cell.Provide(func() source.Sources { return source.Sources{source.Kubernetes} }),

		// the kernel's devices, routes and addresses
		linux.DevicesControllerCell,
		tables.NodeAddressCell,

		bgp.Cell,
		svcrouteconfig.Cell,
		cell.Module("cilium-node", "CiliumNode of the node", cell.Invoke(keepCiliumNode)),
	}
}
