"""OVN-Kubernetes with FRR-K8s: the real frr-k8s with a real FRR on every node, and a stand-in for OVN-Kubernetes.

OVN-Kubernetes' own programs cannot be built here. reader.py follows its cluster manager's controller of route
advertisements (go-controller/pkg/clustermanager/routeadvertisements, August 2026), networks.py what that takes from the
rest of it; agent.py keeps the generated FRRConfigurations at what they say. install.py brings definitions and frr-k8s'
DaemonSet, whose pods lab.cluster.agents runs; frr.py is in them what FRR's containers are in a rack.
docs/lab-cluster.md lists where this differs from OVN-Kubernetes.
"""
