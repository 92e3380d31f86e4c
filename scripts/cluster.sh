# shellcheck shell=bash
# Sourced by scripts/up and scripts/down: which cluster is used, and how it is reached.
#
# CLUSTER=local     (default) a Kubernetes of this repository's tests/cluster; every checkout has its own
# CLUSTER=existing  the cluster of KUBECONFIG. It must be able to get the three images: LOAD names a command
#                   that is given their archives, such as "ctr --namespace k8s.io images import"
# CLUSTER=kind      a cluster of kind, of this checkout as well; the images are built by docker

readonly mode=${CLUSTER:-local}
kind_name=crm-operator-$(pwd -P | sha256sum | cut -c1-8)
readonly kind_name

started=$EPOCHREALTIME
step() {
  awk -v from="$started" -v now="$EPOCHREALTIME" -v text="$*" 'BEGIN { printf "[%6.1f s] %s\n", now - from, text }'
}

need() {
  type -P "$1" >/dev/null || {
    echo "CLUSTER=$mode needs $1" >&2
    exit 1
  }
}

kubectl() { "$KUBECTL" "$@"; }

# Sets KUBECONFIG and KUBECTL; the local cluster brings a kubectl of its own version.
use_cluster() {
  case $mode in
    local)
      KUBECONFIG=$(tests/cluster/cluster kubeconfig)
      KUBECTL=$(tests/cluster/cluster bin)/kubectl
      ;;
    kind)
      need kind && need docker && need kubectl
      KUBECONFIG=$PWD/build/kind.kubeconfig
      KUBECTL=$(type -P kubectl)
      ;;
    existing)
      need kubectl
      KUBECONFIG=${KUBECONFIG:-$HOME/.kube/config}
      KUBECTL=$(type -P kubectl)
      ;;
    *)
      echo "CLUSTER is '$mode': want local, existing or kind" >&2
      exit 1
      ;;
  esac
  export KUBECONFIG KUBECTL
}
