#pragma once

#include "libdim/model/hardware.hpp"

#include <array>
#include <span>
#include <string_view>

namespace dim::server {

/// Modules that every boot needs, whatever the hardware: NFS, and what tells the agent which port
/// the firmware booted from.
inline constexpr std::array<std::string_view, 4> kBootProtocols{"nfsv4", "efivarfs", "af_packet",
                                                                "ipv6"};

/// Loaded when the boot network is a VLAN or on a bond (initagent/boot_link.hpp).
inline constexpr std::array<std::string_view, 2> kBootLinks{"8021q", "bonding"};

/// Network drivers in the boot files of x86-64 and ARM blades: what data centres have and virtual
/// machines show, and the buses they are on (docs/platforms.md).
inline constexpr std::array<std::string_view, 29> kAmd64Drivers{
    // virtual machines
    "virtio_pci", "virtio_mmio", "virtio_net", "vmxnet3", "hv_netvsc", "pci_hyperv", "ena",
    "xen_netfront", "gve",
    // Intel
    "e1000", "e1000e", "igb", "igc", "ixgbe", "i40e", "ice",
    // Broadcom
    "tg3", "broadcom", "bnx2", "bnx2x", "bnxt_en",
    // NVIDIA (Mellanox)
    "mlx4_en", "mlx5_core",
    // others
    "r8169", "realtek", "atlantic", "be2net", "forcedeth", "enic"};

/// The same for POWER: of logical partitions, QEMU, and the adapters that IBM puts in.
inline constexpr std::array<std::string_view, 16> kPowerDrivers{
    "ibmveth", "ibmvnic", "virtio_pci", "virtio_net", "e1000",   "e1000e", "igb",     "ixgbe",
    "i40e",    "tg3",     "broadcom",   "bnx2x",      "bnxt_en", "be2net", "mlx4_en", "mlx5_core"};

/// What is no driver of a port in these tables: buses, and what drivers need.
inline constexpr std::array<std::string_view, 5> kNoPortDrivers{
    "virtio_pci", "virtio_mmio", "pci_hyperv", "broadcom", "realtek"};

inline std::span<const std::string_view> boot_drivers(model::Architecture architecture) {
    if (architecture == model::Architecture::ppc64le) return kPowerDrivers;
    return kAmd64Drivers;
}

}  // namespace dim::server
