package main

import (
	"context"
	"net/netip"
	"reflect"

	"github.com/cilium/hive/cell"
	"github.com/cilium/hive/job"
	k8sErrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	daemonk8s "github.com/cilium/cilium/daemon/k8s"
	"github.com/cilium/cilium/pkg/ip"
	ipamOption "github.com/cilium/cilium/pkg/ipam/option"
	v2 "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
	"github.com/cilium/cilium/pkg/k8s/client"
	"github.com/cilium/cilium/pkg/k8s/resource"
	corev1 "github.com/cilium/cilium/pkg/k8s/slim/k8s/api/core/v1"
	"github.com/cilium/cilium/pkg/node/addressing"
	"github.com/cilium/cilium/pkg/option"
)

type ciliumNodeParams struct {
	cell.In

	Jobs      job.Group
	Clientset client.Clientset
	Node      daemonk8s.LocalNodeResource
	Daemon    *option.DaemonConfig
}

// keepCiliumNode makes the node's CiliumNode and keeps it at what its Node says.
//
// It stands for the agent's node discovery, which cannot be had without the clouds' libraries.
func keepCiliumNode(p ciliumNodeParams) {
	p.Jobs.Add(job.OneShot("cilium-node", func(ctx context.Context, _ cell.Health) error {
		for event := range p.Node.Events(ctx) {
			var err error
			if event.Kind == resource.Upsert {
				err = p.write(ctx, event.Object)
			}
			event.Done(err) // with an error it comes again, later and later
		}
		return nil
	}))
}

func (p ciliumNodeParams) write(ctx context.Context, from *corev1.Node) error {
	nodes := p.Clientset.CiliumV2().CiliumNodes()
	found, err := nodes.Get(ctx, from.Name, metav1.GetOptions{})
	if k8sErrors.IsNotFound(err) {
		made := &v2.CiliumNode{ObjectMeta: metav1.ObjectMeta{Name: from.Name}}
		if err = p.describe(made, from); err == nil {
			_, err = nodes.Create(ctx, made, metav1.CreateOptions{})
		}
		return err
	}
	if err != nil {
		return err
	}
	wanted := found.DeepCopy()
	if err = p.describe(wanted, from); err == nil && !reflect.DeepEqual(found, wanted) {
		_, err = nodes.Update(ctx, wanted, metav1.UpdateOptions{})
	}
	return err
}

// describe sets what a CiliumNode says of its Node; pod networks only where Kubernetes gives them.
func (p ciliumNodeParams) describe(made *v2.CiliumNode, from *corev1.Node) error {
	made.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: from.Name, UID: from.UID}}
	made.Labels, made.Annotations = from.Labels, from.Annotations
	made.Spec.Addresses = nil
	for _, address := range from.Status.Addresses {
		if kind := addressing.AddressType(address.Type); kind == addressing.NodeInternalIP || kind == addressing.NodeExternalIP {
			made.Spec.Addresses = append(made.Spec.Addresses, v2.NodeAddress{Type: kind, IP: address.Address})
		}
	}
	if p.Daemon.IPAM != ipamOption.IPAMKubernetes {
		return nil
	}
	made.Spec.IPAM.PodCIDRs = nil
	for _, text := range from.Spec.PodCIDRs {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return err
		}
		made.Spec.IPAM.PodCIDRs = append(made.Spec.IPAM.PodCIDRs, ip.PrefixFrom(prefix))
	}
	return nil
}
