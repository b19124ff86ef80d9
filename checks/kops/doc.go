// Package kops checks the objects of the target kops with the types, the conversion, the defaults, and the validation of kops.
// `make consumers` runs it. What kops asks the cloud for, such as sizes of machines, images, and DNS zones, is not asked here.
package kops
