package terraform

// AzureSizesFrom is the source of AzureSizes, read in 2026-11.
const AzureSizesFrom = "https://learn.microsoft.com/azure/virtual-machines/sizes/overview"

// AzureSizes returns the sizes for Azure's machines and AKS pools; the first that fits is chosen.
func AzureSizes() []Size {
	return []Size{
		{Name: "Standard_D2s_v5", CPUs: 2, MemoryGiB: 8}, {Name: "Standard_E2s_v5", CPUs: 2, MemoryGiB: 16},
		{Name: "Standard_D4s_v5", CPUs: 4, MemoryGiB: 16},
		{Name: "Standard_E4s_v5", CPUs: 4, MemoryGiB: 32}, {Name: "Standard_D8s_v5", CPUs: 8, MemoryGiB: 32},
		{Name: "Standard_E8s_v5", CPUs: 8, MemoryGiB: 64},
		{Name: "Standard_D16s_v5", CPUs: 16, MemoryGiB: 64}, {Name: "Standard_D32s_v5", CPUs: 32, MemoryGiB: 128},
		{Name: "Standard_D64s_v5", CPUs: 64, MemoryGiB: 256},
		{Name: "Standard_D96s_v5", CPUs: 96, MemoryGiB: 384},
		{Name: "Standard_D2ps_v5", CPUs: 2, MemoryGiB: 8, Arch: "arm64"}, {Name: "Standard_D4ps_v5", CPUs: 4, MemoryGiB: 16,
			Arch: "arm64"},
		{Name: "Standard_D8ps_v5", CPUs: 8, MemoryGiB: 32, Arch: "arm64"}, {Name: "Standard_D16ps_v5", CPUs: 16, MemoryGiB: 64,
			Arch: "arm64"},
		{Name: "Standard_D32ps_v5", CPUs: 32, MemoryGiB: 128, Arch: "arm64"},
	}
}
