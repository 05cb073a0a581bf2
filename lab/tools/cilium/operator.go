package main

import (
	"context"
	"log/slog"

	"github.com/cilium/hive/cell"
	"github.com/cilium/hive/job"
	"github.com/spf13/pflag"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/workqueue"

	"github.com/cilium/cilium/operator/pkg/bgp"
	"github.com/cilium/cilium/operator/pkg/ipam/allocator/clusterpool"
	"github.com/cilium/cilium/operator/pkg/lbipam"
	ipamOption "github.com/cilium/cilium/pkg/ipam/option"
	"github.com/cilium/cilium/pkg/k8s"
	v2 "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
	"github.com/cilium/cilium/pkg/k8s/client"
	"github.com/cilium/cilium/pkg/k8s/resource"
	"github.com/cilium/cilium/pkg/k8s/utils"
	"github.com/cilium/cilium/pkg/metrics"
	"github.com/cilium/cilium/pkg/option"
	"github.com/cilium/cilium/pkg/time"
)

// operatorCells are the operator's BGP control plane, LB-IPAM and cluster-pool IPAM, and what they read.
//
// The operator's own constructors of resources are in a package that cannot be built here: the agent's serve as well,
// and the three kinds that no agent reads are made below.
func operatorCells() []cell.Cell {
	return []cell.Cell{
		metrics.Cell,
		client.Cell,
		cell.Config(k8s.DefaultConfig),
		cell.Provide(
			k8s.DefaultServiceWatchConfig,
			k8s.ServiceResource,
			k8s.CiliumNodeResource,
			k8s.CiliumBGPNodeConfigResource,
			k8s.CiliumBGPPeerConfigResource,
			k8s.CiliumBGPAdvertisementResource,
			clusterConfigs,
			nodeConfigOverrides,
			loadBalancerPools,
		),
		bgp.Cell,
		lbipam.Cell,
		cell.Module("cluster-pool", "Cluster-pool IPAM", cell.Config(poolConfig{}), cell.Invoke(runClusterPool)),
	}
}

func clusterConfigs(
	lc cell.Lifecycle, cs client.Clientset, mp workqueue.MetricsProvider,
) resource.Resource[*v2.CiliumBGPClusterConfig] {
	return resource.New[*v2.CiliumBGPClusterConfig](
		lc, utils.ListerWatcherFromTyped(cs.CiliumV2().CiliumBGPClusterConfigs()), mp)
}

func nodeConfigOverrides(
	lc cell.Lifecycle, cs client.Clientset, mp workqueue.MetricsProvider,
) resource.Resource[*v2.CiliumBGPNodeConfigOverride] {
	return resource.New[*v2.CiliumBGPNodeConfigOverride](
		lc, utils.ListerWatcherFromTyped(cs.CiliumV2().CiliumBGPNodeConfigOverrides()), mp)
}

func loadBalancerPools(
	lc cell.Lifecycle, cs client.Clientset, mp workqueue.MetricsProvider,
) resource.Resource[*v2.CiliumLoadBalancerIPPool] {
	return resource.New[*v2.CiliumLoadBalancerIPPool](
		lc, utils.ListerWatcherFromTyped(cs.CiliumV2().CiliumLoadBalancerIPPools()), mp)
}

// poolConfig are the options of cluster-pool IPAM, with the operator's defaults.
type poolConfig struct {
	ClusterPoolIPv4CIDR     []string
	ClusterPoolIPv4MaskSize int
	ClusterPoolIPv6CIDR     []string
	ClusterPoolIPv6MaskSize int
}

// Flags declares the options.
func (poolConfig) Flags(flags *pflag.FlagSet) {
	flags.StringSlice("cluster-pool-ipv4-cidr", nil, "IPv4 networks of all pods")
	flags.Int("cluster-pool-ipv4-mask-size", 24, "Prefix length of a node's IPv4 pod network")
	flags.StringSlice("cluster-pool-ipv6-cidr", nil, "IPv6 networks of all pods")
	flags.Int("cluster-pool-ipv6-mask-size", 112, "Prefix length of a node's IPv6 pod network")
}

type poolParams struct {
	cell.In

	Logger    *slog.Logger
	Jobs      job.Group
	Clientset client.Clientset
	Nodes     resource.Resource[*v2.CiliumNode]
	Daemon    *option.DaemonConfig
	Config    poolConfig
}

// runClusterPool shows Cilium's allocator the CiliumNodes, so that it gives them their pod networks.
func runClusterPool(p poolParams) {
	if p.Daemon.IPAM != ipamOption.IPAMClusterPool {
		return
	}
	allocator := p.Config.allocator()
	p.Jobs.Add(job.OneShot("cluster-pool", func(ctx context.Context, _ cell.Health) error {
		if err := allocator.Init(ctx, p.Logger); err != nil {
			return err
		}
		nodes, err := allocator.Start(ctx, ciliumNodes{p.Clientset}, nil)
		if err != nil {
			return err
		}
		defer nodes.Stop()
		for event := range p.Nodes.Events(ctx) {
			switch event.Kind {
			case resource.Upsert:
				nodes.Upsert(event.Object)
			case resource.Delete:
				nodes.Delete(event.Object)
			case resource.Sync: // what is taken is known by now
				nodes.Resync(ctx, time.Time{})
			}
			event.Done(nil)
		}
		return nil
	}, job.WithShutdown()))
}

func (c poolConfig) allocator() clusterpool.AllocatorOperator {
	return clusterpool.AllocatorOperator{
		ClusterPoolIPv4CIDR:     c.ClusterPoolIPv4CIDR,
		ClusterPoolIPv4MaskSize: c.ClusterPoolIPv4MaskSize,
		ClusterPoolIPv6CIDR:     c.ClusterPoolIPv6CIDR,
		ClusterPoolIPv6MaskSize: c.ClusterPoolIPv6MaskSize,
	}
}

// ciliumNodes is how the allocator reads and writes CiliumNodes.
type ciliumNodes struct{ client.Clientset }

func (c ciliumNodes) Create(node *v2.CiliumNode) (*v2.CiliumNode, error) {
	return c.CiliumV2().CiliumNodes().Create(context.TODO(), node, metav1.CreateOptions{})
}

func (c ciliumNodes) Update(_, node *v2.CiliumNode) (*v2.CiliumNode, error) {
	return c.CiliumV2().CiliumNodes().Update(context.TODO(), node, metav1.UpdateOptions{})
}

func (c ciliumNodes) UpdateStatus(_, node *v2.CiliumNode) (*v2.CiliumNode, error) {
	return c.CiliumV2().CiliumNodes().UpdateStatus(context.TODO(), node, metav1.UpdateOptions{})
}

func (c ciliumNodes) Get(name string) (*v2.CiliumNode, error) {
	return c.CiliumV2().CiliumNodes().Get(context.TODO(), name, metav1.GetOptions{})
}
