# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of how modules reach a cluster's API server: the options of kubernetes.core."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of kubernetes.core's AUTH_ARG_SPEC, so that our pages need no other collection."""

    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - The kubeconfig, as the path of a file or as its content in a dictionary. Without it and without O(host) it is
        the file in E(K8S_AUTH_KUBECONFIG), C(~/.kube/config), or the service account of the pod in which Ansible runs.
    type: raw
  context:
    description:
      - The kubeconfig's context, the current one where it is left out. The default comes from E(K8S_AUTH_CONTEXT).
    type: str
  host:
    description:
      - URL of the API server, in place of the kubeconfig's. The default comes from E(K8S_AUTH_HOST).
    type: str
  api_key:
    description:
      - A bearer token. The default comes from E(K8S_AUTH_API_KEY).
    type: str
  username:
    description:
      - User of HTTP basic authentication. The default comes from E(K8S_AUTH_USERNAME).
    type: str
  password:
    description:
      - Password of HTTP basic authentication. The default comes from E(K8S_AUTH_PASSWORD).
    type: str
  client_cert:
    description:
      - File of the client's certificate. The default comes from E(K8S_AUTH_CERT_FILE).
    type: path
    aliases: [cert_file]
  client_key:
    description:
      - File of the client's key. The default comes from E(K8S_AUTH_KEY_FILE).
    type: path
    aliases: [key_file]
  ca_cert:
    description:
      - File of the authorities that sign the API server's certificate, with the whole chain. The default comes from
        E(K8S_AUTH_SSL_CA_CERT).
    type: path
    aliases: [ssl_ca_cert]
  validate_certs:
    description:
      - Whether the API server's certificate is checked. The default comes from E(K8S_AUTH_VERIFY_SSL).
    type: bool
    aliases: [verify_ssl]
  proxy:
    description:
      - URL of an HTTP proxy. The default comes from E(K8S_AUTH_PROXY).
    type: str
  no_proxy:
    description:
      - Hosts, domains and networks, separated by commas, that are reached without the proxy. The default comes from
        E(K8S_AUTH_NO_PROXY).
    type: str
  proxy_headers:
    description:
      - Headers for the proxy.
    type: dict
    suboptions:
      proxy_basic_auth:
        description: C(user:password) for the proxy. The default comes from E(K8S_AUTH_PROXY_HEADERS_PROXY_BASIC_AUTH).
        type: str
      basic_auth:
        description: C(user:password) for the API server. The default comes from E(K8S_AUTH_PROXY_HEADERS_BASIC_AUTH).
        type: str
      user_agent:
        description: The client's name for itself. The default comes from E(K8S_AUTH_PROXY_HEADERS_USER_AGENT).
        type: str
  persist_config:
    description:
      - Whether the tokens that the client renews are written back into the kubeconfig. The default comes from
        E(K8S_AUTH_PERSIST_CONFIG).
    type: bool
  impersonate_user:
    description:
      - The user for whom the client acts. The default comes from E(K8S_AUTH_IMPERSONATE_USER).
    type: str
  impersonate_groups:
    description:
      - The groups for which the client acts. The default comes from E(K8S_AUTH_IMPERSONATE_GROUPS), separated by
        commas.
    type: list
    elements: str
attributes:
  action_group:
    description: Use C(group/kubefabric.bgp.cluster) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - kubefabric.bgp.cluster
"""
