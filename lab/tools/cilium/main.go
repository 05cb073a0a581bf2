// Cilium's BGP control plane and LB-IPAM without its data path: Cilium's own operator and agent cells in one program.
//
// The name that it is called by decides which of the two it is. Options come as flags and as the files of a ConfigMap
// (--config-dir), under Cilium's names; options of parts that are not here are ignored.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/cilium/hive/cell"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/cilium/cilium/pkg/defaults"
	"github.com/cilium/cilium/pkg/hive"
	ipamOption "github.com/cilium/cilium/pkg/ipam/option"
	"github.com/cilium/cilium/pkg/logging"
	"github.com/cilium/cilium/pkg/option"
)

// Where Cilium's agent and operator answer the probes of the chart's pods.
const (
	agentHealth    = "127.0.0.1:9879"
	operatorHealth = "127.0.0.1:9234"
)

func main() {
	if err := run(filepath.Base(os.Args[0]), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run is the agent or the operator until TERM or INT.
func run(name string, arguments []string) error {
	makeCells, health := agentCells, agentHealth
	if strings.HasPrefix(name, "cilium-operator") {
		makeCells, health = operatorCells, operatorHealth
	}
	var h *hive.Hive
	h = hive.New(append(makeCells(),
		cell.Provide(func() *option.DaemonConfig { return daemonConfig(h.Viper()) }),
		cell.Invoke(func(lifecycle cell.Lifecycle) { serveHealth(lifecycle, health) }), // last: it answers when all runs
	)...)
	flags := pflag.NewFlagSet(name, pflag.ContinueOnError)
	addFlags(flags)
	h.RegisterFlags(flags)
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if err := readOptions(h.Viper(), flags); err != nil {
		return err
	}
	return h.Run(logging.DefaultSlogLogger)
}

// addFlags adds the options that end in Cilium's DaemonConfig, as far as they matter here.
func addFlags(flags *pflag.FlagSet) {
	flags.String(option.ConfigDir, "", "Directory with a file for each option")
	flags.Bool(option.EnableIPv4Name, defaults.EnableIPv4, "Enable IPv4")
	flags.Bool(option.EnableIPv6Name, defaults.EnableIPv6, "Enable IPv6")
	flags.String(option.IPAM, ipamOption.IPAMClusterPool, "Who gives nodes their pod networks")
	flags.Bool(option.EnableBGPControlPlane, defaults.EnableBGPControlPlane, "Enable the BGP control plane")
	flags.Bool(option.EnableBGPControlPlaneStatusReport, true, "Report the state of BGP in resources")
	flags.String(option.BGPSecretsNamespace, "", "Namespace of the Secrets with the peers' passwords")
	flags.String(option.BGPRouterIDAllocationMode, option.BGPRouterIDAllocationModeDefault, "Who chooses router IDs")
	flags.String(option.BGPRouterIDAllocationIPPool, "", "Addresses to choose router IDs from")
}

// readOptions lets viper have the flags, and the files of --config-dir below them.
func readOptions(vp *viper.Viper, flags *pflag.FlagSet) error {
	if err := vp.BindPFlags(flags); err != nil {
		return err
	}
	directory := vp.GetString(option.ConfigDir)
	if directory == "" {
		return nil
	}
	found, err := option.ReadDirConfig(logging.DefaultSlogLogger, directory)
	if err != nil {
		return err
	}
	return option.MergeConfig(vp, found)
}

// daemonConfig is the part of Cilium's options that its cells do not declare themselves.
func daemonConfig(vp *viper.Viper) *option.DaemonConfig {
	option.Config = &option.DaemonConfig{
		AddressScopeMax:                   defaults.AddressScopeMax,
		BGPRouterIDAllocationIPPool:       vp.GetString(option.BGPRouterIDAllocationIPPool),
		BGPRouterIDAllocationMode:         vp.GetString(option.BGPRouterIDAllocationMode),
		BGPSecretsNamespace:               vp.GetString(option.BGPSecretsNamespace),
		ClusterName:                       defaults.ClusterName,
		EnableBGPControlPlane:             vp.GetBool(option.EnableBGPControlPlane),
		EnableBGPControlPlaneStatusReport: vp.GetBool(option.EnableBGPControlPlaneStatusReport),
		EnableIPv4:                        vp.GetBool(option.EnableIPv4Name),
		EnableIPv6:                        vp.GetBool(option.EnableIPv6Name),
		IPAM:                              vp.GetString(option.IPAM),
		IPv4NodeAddr:                      "auto",
		IPv6NodeAddr:                      "auto",
	}
	return option.Config
}

// serveHealth answers /healthz from the moment when everything else has started.
func serveHealth(lifecycle cell.Lifecycle, address string) {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	server := &http.Server{Handler: mux}
	lifecycle.Append(cell.Hook{
		OnStart: func(cell.HookContext) error {
			listener, err := net.Listen("tcp", address)
			if err != nil {
				return err
			}
			go func() {
				if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
					fmt.Fprintln(os.Stderr, err)
				}
			}()
			return nil
		},
		OnStop: func(cell.HookContext) error { return server.Shutdown(context.Background()) },
	})
}
