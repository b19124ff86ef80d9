package kubeadm

import (
	"fmt"
	"reflect"
	"testing"

	corev1 "k8s.io/api/core/v1"
	kubeadmv1 "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/v1beta4"

	"github.com/k8splan/k8splan/planner/artifact"
	"github.com/k8splan/k8splan/planner/emit/emittest"
)

// TestFormsAreDocuments: a worker's file equals the encoding of its configuration, whatever forms were made before.
func TestFormsAreDocuments(t *testing.T) {
	filled := 0
	for _, name := range emittest.Names(t) {
		p, forms := emittest.Plan(t, name), forms{}
		for _, n := range p.KubeletNodes() {
			r, err := nodeRegistration(p, n)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := forms.fill(r, patches(p, n))
			want, err := artifact.YAML(join(r, patches(p, n)))
			if err != nil {
				t.Fatal(err)
			}
			if ok {
				filled++
			}
			if ok && string(got) != string(want) {
				t.Errorf("%s: %s from a form is\n%s\nand should be\n%s", name, n.Name, got, want)
			}
		}
	}
	if filled < 20 {
		t.Errorf("%d files come from forms", filled)
	}
}

// TestFormKey: workers share a form only if their registrations differ in nothing but the name and the first flag's value, whatever fields
// the type has.
func TestFormKey(t *testing.T) {
	full := func() kubeadmv1.NodeRegistrationOptions {
		serial := true
		return kubeadmv1.NodeRegistrationOptions{
			Name: "a", CRISocket: "a", Taints: []corev1.Taint{{Key: "a", Value: "a", Effect: "a"}, {Key: "b"}},
			KubeletExtraArgs:      []kubeadmv1.Arg{{Name: "node-ip", Value: "a"}, {Name: "a", Value: "a"}},
			IgnorePreflightErrors: []string{"a"}, ImagePullPolicy: "a", ImagePullSerial: &serial,
		}
	}
	keys := map[string]string{formKey(full()): "what nothing was changed in"}
	other := func(what string, change func(*kubeadmv1.NodeRegistrationOptions)) {
		r := full()
		change(&r)
		key := formKey(r)
		if same, taken := keys[key]; taken {
			t.Errorf("%s has the key of %s", what, same)
		}
		keys[key] = what
	}
	fields := reflect.TypeFor[kubeadmv1.NodeRegistrationOptions]()
	for i := range fields.NumField() {
		if name := fields.Field(i).Name; name != "Name" {
			other("without "+name, func(r *kubeadmv1.NodeRegistrationOptions) { reflect.ValueOf(r).Elem().Field(i).SetZero() })
		}
	}
	no := false
	other("another pull", func(r *kubeadmv1.NodeRegistrationOptions) { r.ImagePullSerial = &no })
	other("a taint more", func(r *kubeadmv1.NodeRegistrationOptions) { r.Taints = append(r.Taints, corev1.Taint{Key: "c"}) })
	other("a flag more", func(r *kubeadmv1.NodeRegistrationOptions) {
		r.KubeletExtraArgs = append(r.KubeletExtraArgs, kubeadmv1.Arg{Name: "a", Value: "a"})
	})
	for _, field := range []string{"Key", "Value", "Effect"} {
		other("another "+field, func(r *kubeadmv1.NodeRegistrationOptions) {
			reflect.ValueOf(&r.Taints[0]).Elem().FieldByName(field).SetString("x")
		})
	}
	for i := range 2 {
		for _, field := range []string{"Name", "Value"} {
			if i == 1 || field == "Name" {
				other(fmt.Sprint(field, " of flag ", i), func(r *kubeadmv1.NodeRegistrationOptions) {
					reflect.ValueOf(&r.KubeletExtraArgs[i]).Elem().FieldByName(field).SetString("x")
				})
			}
		}
	}
}
