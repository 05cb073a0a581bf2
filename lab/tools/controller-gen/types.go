// Package types names the packages whose types controller-gen turns into custom resource definitions.
package types

import (
	_ "kubevirt.io/api/core/v1"
	_ "github.com/nmstate/kubernetes-nmstate/api/v1"
	_ "github.com/ovn-kubernetes/ovn-kubernetes/go-controller/pkg/crd/routeadvertisements/v1"
	_ "github.com/ovn-kubernetes/ovn-kubernetes/go-controller/pkg/crd/userdefinednetwork/v1"
	_ "github.com/ovn-kubernetes/ovn-kubernetes/go-controller/pkg/crd/vtep/v1"
)
