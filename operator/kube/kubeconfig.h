// Reads kubeconfig files, https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
//
// Understood of a user: client certificate and key, token, tokenFile. Refused with a message: exec and
// auth-provider plugins, passwords, impersonation, insecure-skip-tls-verify. proxy-url and proxy variables
// are not used.
#pragma once

#include "common/result.h"
#include "operator/kube/config.h"

#include <string>

namespace kube {

/// The current context of one file, or of several joined by ':' as in KUBECONFIG: the first that says a
/// thing wins, files that do not exist are passed over as long as one does.
Result<Config> kubeconfig(const std::string& files);

}  // namespace kube
