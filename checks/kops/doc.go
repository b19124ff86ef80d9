// Package kops checks the objects of the target kops with the types, the conversion, the defaults, and the validation of kops.
// `make consumers` runs it. What kops queries from the cloud, such as machine sizes, images, and DNS zones, is not tested.
package kops
