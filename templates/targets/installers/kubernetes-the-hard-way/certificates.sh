#!/bin/sh
# Create the authorities, certificates, and kubeconfigs of the cluster in secrets/, on the machine from which the cluster is built.
# Existing files are kept. Delete a certificate to get a new one. Authorities are valid for ten years, all other certificates for one.
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$here/secrets"
cd "$here/secrets"

setting() { sed -n "s/^$1 //p" "$here/settings.txt"; }
server=$(setting server)
endpoint=$(setting endpoint)
cluster=$(setting cluster)

key() {
  [ -s "$1.key" ] || openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2> /dev/null
}

# authority FILE NAME
authority() {
  [ -s "$1.crt" ] && return
  key "$1"
  openssl req -config "$here/openssl.cnf" -x509 -new -key "$1.key" -sha256 -days 3650 -subj "/CN=$2" -extensions authority -out "$1.crt"
}

# issue FILE AUTHORITY SUBJECT USAGES [NAMES]
issue() {
  [ -s "$1.crt" ] && return
  key "$1"
  {
    echo "basicConstraints = critical, CA:FALSE"
    echo "keyUsage = critical, digitalSignature"
    echo "extendedKeyUsage = $4"
    [ -z "${5:-}" ] || echo "subjectAltName = $5"
  } > "$1.ext"
  openssl req -config "$here/openssl.cnf" -new -key "$1.key" -subj "$3" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -sha256 -days 365 -extfile "$1.ext" -out "$1.crt" 2> /dev/null
  rm "$1.csr" "$1.ext"
}

encoded() { openssl base64 -A -in "$1"; }

# kubeconfig FILE USER SERVER: FILE.kubeconfig, with the certificate of FILE
kubeconfig() {
  cat > "$1.kubeconfig" << END
apiVersion: v1
kind: Config
clusters:
- name: $cluster
  cluster:
    server: https://$3
    certificate-authority-data: $(encoded ca.crt)
users:
- name: $2
  user:
    client-certificate-data: $(encoded "$1.crt")
    client-key-data: $(encoded "$1.key")
contexts:
- name: $cluster
  context:
    cluster: $cluster
    user: $2
current-context: $cluster
END
}

authority ca kubernetes-ca
authority etcd-ca etcd-ca
authority front-proxy-ca front-proxy-ca

issue etcd etcd-ca "/CN=etcd" "serverAuth, clientAuth" "DNS:localhost, IP:127.0.0.1, IP:::1"
issue apiserver-etcd-client etcd-ca "/CN=kube-apiserver-etcd-client" clientAuth
issue front-proxy-client front-proxy-ca "/CN=front-proxy-client" clientAuth
issue apiserver ca "/CN=kube-apiserver" serverAuth "$(paste -s -d , "$here/sans.txt")"
issue apiserver-kubelet-client ca "/CN=kube-apiserver-kubelet-client" clientAuth
issue kube-controller-manager ca "/CN=system:kube-controller-manager" clientAuth
issue kube-scheduler ca "/CN=system:kube-scheduler" clientAuth
issue kube-proxy ca "/CN=system:kube-proxy" clientAuth
issue admin ca "/O=system:masters/CN=admin" clientAuth

local=$(setting local)
kubeconfig kube-controller-manager system:kube-controller-manager "$local"
kubeconfig kube-scheduler system:kube-scheduler "$local"
kubeconfig kube-proxy system:kube-proxy "$endpoint"
kubeconfig admin admin "$endpoint"

while read -r address _ node _; do
  [ "$node" = "$server" ] && continue
  issue "kubelet-$node" ca "/O=system:nodes/CN=system:node:$node" "serverAuth, clientAuth" "DNS:$node, IP:$address"
  kubeconfig "kubelet-$node" "system:node:$node" "$endpoint"
done < "$here/machines.txt"

key service-accounts
openssl pkey -in service-accounts.key -pubout -out service-accounts.pub

[ -s encryption.yaml ] || cat > encryption.yaml << END
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - aescbc:
      keys:
      - name: first
        secret: $(openssl rand -base64 32)
  - identity: {}
END
echo "Keys, certificates, and kubeconfigs are in $here/secrets. They give full access to the cluster." >&2
