package check

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/k8splan/k8splan/planner/plan"
	"github.com/k8splan/k8splan/planner/rule"
)

const (
	certDocs   = "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/"
	kubeadmAPI = "https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/"
)

const year = 365 * 24 * time.Hour

var certificateRules = []Rule{
	{rule.Rule{
		ID: "certificate-algorithm", Severity: rule.Error, Title: "Key algorithm unknown to this kubeadm", Permanent: true,
		Doc: "kubeadm supports ECDSA-P384 from 1.34 on; older versions reject the configuration.",
		Fix: "Write \"ECDSA-P256\", or use a newer Kubernetes.",
		Sources: []string{kubeadmAPI,
			"https://github.com/kubernetes/kubernetes/blob/v1.34.0/cmd/kubeadm/app/apis/kubeadm/v1beta4/types.go"},
	}, certificateAlgorithm},
	{rule.Rule{
		ID: "certificate-outlives-authority", Severity: rule.Error, Title: "Certificates that outlive their authority", Permanent: true,
		Doc: "A certificate is invalid once the CA that signed it has expired. kubeadm cannot renew a CA, so the whole cluster would " +
			"stop on that day.",
		Fix: "Write a `ca_certificate_validity` several times as long as `certificate_validity`; kubeadm's defaults are ten years and " +
			"one year.",
		Sources: []string{certDocs,
			"https://github.com/kubernetes/kubernetes/blob/v1.37.2/cmd/kubeadm/app/apis/kubeadm/validation/validation.go"},
	}, certificateOutlivesAuthority},
	{rule.Rule{
		ID: "certificate-long", Severity: rule.Warning, Title: "Certificates valid for more than a year",
		Doc: "kubeadm's certificates have no revocation list: a stolen key stays usable until it expires. kubeadm itself warns above " +
			"one year, and a renewal that happens only every few years is easily forgotten.",
		Fix:     "Leave it out (8760h) and renew with every upgrade, which kubeadm does automatically.",
		Sources: []string{certDocs},
	}, certificateLong},
	{rule.Rule{
		ID: "certificate-short", Severity: rule.Warning, Title: "Certificates that expire within weeks",
		Doc: "kubeadm's certificates are renewed only by an upgrade or by hand. When they expire, the API server, its clients, and etcd " +
			"reject each other, all on the same day.",
		Fix:     "Write at least 2160h (90 days), and set up a timer for `kubeadm certs renew all`.",
		Sources: []string{certDocs, "https://github.com/kubernetes/kubeadm/issues/1850"},
	}, certificateShort},
	{rule.Rule{
		ID: "certificate-authority-short", Severity: rule.Warning, Title: "Certificate authority that expires soon",
		Doc: "kubeadm cannot renew a CA: replacing it means new certificates on every host in a fixed order, with both CAs trusted in " +
			"between.",
		Fix:     "Leave it out (87600h, ten years).",
		Sources: []string{certDocs, "https://kubernetes.io/docs/tasks/tls/manual-rotation-of-ca-certificates/"},
	}, certificateAuthorityShort},
	{rule.Rule{
		ID: "certificate-authority-long", Severity: rule.Warning, Title: "Certificate authority valid for more than ten years",
		Doc:     "A leaked CA key stays usable for all that time. kubeadm warns above ten years.",
		Fix:     "Leave it out (87600h, ten years).",
		Sources: []string{certDocs},
	}, certificateAuthorityLong},
	{rule.Rule{
		ID: "certificate-san-repeated", Severity: rule.Warning, Title: "Duplicate name in a certificate",
		Doc: "The list contains the same name or address twice. That is harmless, but usually another name was meant. Names that the " +
			"certificate contains anyway (the endpoint, the control planes, the cluster's own names) may be in the list.",
		Fix:     "Remove one of the two, or write the name that was meant.",
		Sources: []string{kubeadmAPI},
	}, certificateSanRepeated},
	{rule.Rule{
		ID: "certificate-san-wildcard", Severity: rule.Warning, Title: "Wildcard certificate for the API server",
		Doc: "With a wildcard, the API server's key is valid for every other service of the domain: anyone who steals it " +
			"from a control plane can impersonate your website.",
		Fix:     "Write the names that clients of the API server use.",
		Sources: []string{"https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html"},
	}, certificateSanWildcard},
}

func certificateAlgorithm(p *plan.Plan) []Finding {
	if p.Cluster.EncryptionAlgorithm == "ECDSA-P384" && !p.Cluster.Version.ECDSAP384() {
		return one(p.Cluster.Attr("encryption_algorithm"),
			"kubeadm %s has no ECDSA-P384, which is supported from 1.34 on. Write \"ECDSA-P256\".", p.Cluster.Version)
	}
	return nil
}

func certificateOutlivesAuthority(p *plan.Plan) []Finding {
	cert, ca := p.Cluster.CertificateValidity, p.Cluster.CAValidity
	if cert == 0 {
		cert = year
	}
	if ca == 0 {
		ca = 10 * year
	}
	if cert <= ca {
		return nil
	}
	return one(validityAt(p), "Certificates would be valid for %s, and the CA that signs them for %s. Write "+
		"ca_certificate_validity = \"87600h\".", days(cert), days(ca))
}

func certificateLong(p *plan.Plan) []Finding {
	if d := p.Cluster.CertificateValidity; d > year && (p.Cluster.CAValidity == 0 && d <= 10*year || d <= p.Cluster.CAValidity) {
		return one(p.Cluster.Attr("certificate_validity"),
			"Certificates would be valid for %s and cannot be revoked; kubeadm warns above 365 days. Write \"8760h\" and renew "+
				"with each upgrade.", days(d))
	}
	return nil
}

func certificateShort(p *plan.Plan) []Finding {
	if d := p.Cluster.CertificateValidity; d > 0 && d < 30*24*time.Hour {
		return one(p.Cluster.Attr("certificate_validity"),
			"Certificates would expire after %s, and are renewed only by an upgrade or by hand. Write at least \"2160h\".", days(d))
	}
	return nil
}

func certificateAuthorityShort(p *plan.Plan) []Finding {
	d, cert := p.Cluster.CAValidity, p.Cluster.CertificateValidity
	if cert == 0 {
		cert = year
	}
	if d > 0 && d < 3*year && d >= cert {
		return one(p.Cluster.Attr("ca_certificate_validity"),
			"The CA would expire after %s, and kubeadm cannot renew one. Write \"87600h\".", days(d))
	}
	return nil
}

func certificateAuthorityLong(p *plan.Plan) []Finding {
	if d := p.Cluster.CAValidity; d > 10*year {
		return one(p.Cluster.Attr("ca_certificate_validity"),
			"The CA would be valid for %s; kubeadm warns above ten years. Write \"87600h\".", days(d))
	}
	return nil
}

func certificateSanRepeated(p *plan.Plan) []Finding {
	first, at := map[string]bool{}, -1
	var twice []string
	for i, s := range p.Cluster.CertSANs {
		if a, err := netip.ParseAddr(s); err == nil {
			s = a.String()
		}
		if first[s] && !slices.Contains(twice, s) {
			twice = append(twice, s)
			if at < 0 {
				at = i
			}
		}
		first[s] = true
	}
	switch len(twice) {
	case 0:
		return nil
	case 1:
		return one(p.Cluster.Element("cert_sans", at), "cert_sans contains %s twice. Remove one, or write the name that was meant.",
			twice[0])
	}
	return one(p.Cluster.Element("cert_sans", at),
		"cert_sans contains %s twice each. Remove one of each, or write the names that were meant.", sentence(twice))
}

func certificateSanWildcard(p *plan.Plan) []Finding {
	var findings []Finding
	for i, s := range p.Cluster.CertSANs {
		if strings.HasPrefix(s, "*.") {
			findings = append(findings, one(p.Cluster.Element("cert_sans", i),
				"With %s, the API server's key is valid for every service of %s. List the API server's names instead.", s, s[2:])...)
		}
	}
	return findings
}

func validityAt(p *plan.Plan) hcl.Range {
	return written(writtenArg(p.Cluster.Has("certificate_validity"), p.Cluster.Attr("certificate_validity")),
		p.Cluster.Attr("ca_certificate_validity"))
}

// days formats a duration in days, as is usual for certificates.
func days(d time.Duration) string {
	if d < 48*time.Hour {
		return d.Round(time.Minute).String()
	}
	return quantity(int(d/(24*time.Hour)), "day")
}
