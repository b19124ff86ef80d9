package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/k8splan/k8splan/e2e/lab"
)

// checkAddons checks the case's addons: metrics of a node, from a kubelet whose certificate the cluster CA signed; a user's manifest with
// its image from the lab's registry; and pods placed by the second scheduler and by the first one's second profile.
func checkAddons(ctx context.Context, c *cluster) error {
	boot := c.bootstrap()
	err := eventually(ctx, 90*time.Second, func() error {
		out, err := c.kube(ctx, "top", "node", "--no-headers")
		if err == nil && !strings.Contains(out, boot.Name) {
			err = fmt.Errorf("kubectl top says %q", out)
		}
		return err
	})
	if err != nil {
		return err
	}
	issuer, err := boot.Exec(ctx, "python3", "-c", "import ssl; print(ssl.get_server_certificate(('127.0.0.1', 10250), "+
		"ca_certs='/etc/kubernetes/pki/ca.crt'))")
	if err != nil {
		return fmt.Errorf("the kubelet's certificate is not the cluster's: %w: %s", err, issuer)
	}
	image, err := c.kube(ctx, "get", "configmap", "from-a-manifest", "-o", "jsonpath={.data.image}")
	if err != nil {
		return err
	}
	if want := lab.Registry + "/probe:1"; image != want {
		return fmt.Errorf("the manifest's image is %s, want %s", image, want)
	}
	for _, scheduler := range []string{"batch", "bin-packing"} {
		name := "by-" + scheduler
		overrides := fmt.Sprintf(`{"spec": {"schedulerName": %q, "terminationGracePeriodSeconds": 0}}`, scheduler)
		if _, err := c.kube(ctx, "run", name, "--image", lab.ProbeImage, "--restart", "Never", "--overrides", overrides, "--", "sleep",
			"3600"); err != nil {
			return err
		}
		if _, err := c.kube(ctx, "wait", "pod", name, "--for=condition=Ready", "--timeout=60s"); err != nil {
			return fmt.Errorf("no pod was placed by %s: %w", scheduler, err)
		}
		if _, err := c.kube(ctx, "delete", "pod", name, "--wait=true"); err != nil {
			return err
		}
	}
	return nil
}
