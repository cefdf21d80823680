/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of bug checks: names and parameters are those of Microsoft's "Bug check code reference"
 * (windows-driver-docs, debugger/bug-check-*.md) and of bugcodes.h for codes without a page. A code
 * has a fault parameter only where its page says that this parameter is an address of code; that of
 * a watched call that came back wrongly (0xCB, 0xE1) is one, a pointer to a record is none. */
#include "windows/dump.h"

#define SMALL_CONTEXT 0x10000000U /* "from a minidump": no part of the code */

/* code, name, what it speaks of, fault parameter; by code */
#define BUGCHECKS(X)                                                                               \
	X(0x1, APC_INDEX_MISMATCH, DRIVER, 0)                                                      \
	X(0xA, IRQL_NOT_LESS_OR_EQUAL, DRIVER, 4)                                                  \
	X(0xC, MAXIMUM_WAIT_OBJECTS_EXCEEDED, DRIVER, 0)                                           \
	X(0xD, MUTEX_LEVEL_NUMBER_VIOLATION, DRIVER, 0)                                            \
	X(0xF, SPIN_LOCK_ALREADY_OWNED, DRIVER, 0)                                                 \
	X(0x10, SPIN_LOCK_NOT_OWNED, DRIVER, 0)                                                    \
	X(0x12, TRAP_CAUSE_UNKNOWN, HARDWARE, 0)                                                   \
	X(0x18, REFERENCE_BY_POINTER, MEMORY, 0)                                                   \
	X(0x19, BAD_POOL_HEADER, MEMORY, 0)                                                        \
	X(0x1A, MEMORY_MANAGEMENT, MEMORY, 0)                                                      \
	X(0x1B, PFN_SHARE_COUNT, MEMORY, 0)                                                        \
	X(0x1C, PFN_REFERENCE_COUNT, MEMORY, 0)                                                    \
	X(0x1E, KMODE_EXCEPTION_NOT_HANDLED, DRIVER, 2)                                            \
	X(0x20, KERNEL_APC_PENDING_DURING_EXIT, DRIVER, 0)                                         \
	X(0x21, QUOTA_UNDERFLOW, DRIVER, 0)                                                        \
	X(0x22, FILE_SYSTEM, DISK, 0)                                                              \
	X(0x23, FAT_FILE_SYSTEM, DISK, 0)                                                          \
	X(0x24, NTFS_FILE_SYSTEM, DISK, 0)                                                         \
	X(0x26, CDFS_FILE_SYSTEM, DISK, 0)                                                         \
	X(0x27, RDR_FILE_SYSTEM, OTHER, 0)                                                         \
	X(0x28, CORRUPT_ACCESS_TOKEN, MEMORY, 0)                                                   \
	X(0x29, SECURITY_SYSTEM, OTHER, 0)                                                         \
	X(0x2A, INCONSISTENT_IRP, DRIVER, 0)                                                       \
	X(0x2B, PANIC_STACK_SWITCH, DRIVER, 0)                                                     \
	X(0x2D, SCSI_DISK_DRIVER_INTERNAL, DISK, 0)                                                \
	X(0x2E, DATA_BUS_ERROR, HARDWARE, 0)                                                       \
	X(0x2F, INSTRUCTION_BUS_ERROR, HARDWARE, 0)                                                \
	X(0x31, PHASE0_INITIALIZATION_FAILED, OTHER, 0)                                            \
	X(0x32, PHASE1_INITIALIZATION_FAILED, OTHER, 0)                                            \
	X(0x34, CACHE_MANAGER, MEMORY, 0)                                                          \
	X(0x35, NO_MORE_IRP_STACK_LOCATIONS, DRIVER, 0)                                            \
	X(0x36, DEVICE_REFERENCE_COUNT_NOT_ZERO, DRIVER, 0)                                        \
	X(0x39, SYSTEM_EXIT_OWNED_MUTEX, DRIVER, 0)                                                \
	X(0x3B, SYSTEM_SERVICE_EXCEPTION, DRIVER, 2)                                               \
	X(0x3D, INTERRUPT_EXCEPTION_NOT_HANDLED, DRIVER, 0)                                        \
	X(0x3E, MULTIPROCESSOR_CONFIGURATION_NOT_SUPPORTED, HARDWARE, 0)                           \
	X(0x3F, NO_MORE_SYSTEM_PTES, DRIVER, 0)                                                    \
	X(0x40, TARGET_MDL_TOO_SMALL, DRIVER, 0)                                                   \
	X(0x41, MUST_SUCCEED_POOL_EMPTY, DRIVER, 0)                                                \
	X(0x44, MULTIPLE_IRP_COMPLETE_REQUESTS, DRIVER, 0)                                         \
	X(0x48, CANCEL_STATE_IN_COMPLETED_IRP, DRIVER, 0)                                          \
	X(0x49, PAGE_FAULT_WITH_INTERRUPTS_OFF, DRIVER, 4)                                         \
	X(0x4A, IRQL_GT_ZERO_AT_SYSTEM_SERVICE, DRIVER, 0)                                         \
	X(0x4C, FATAL_UNHANDLED_HARD_ERROR, SYSTEM_FILE, 0)                                        \
	X(0x4D, NO_PAGES_AVAILABLE, OTHER, 0)                                                      \
	X(0x4E, PFN_LIST_CORRUPT, MEMORY, 0)                                                       \
	X(0x4F, NDIS_INTERNAL_ERROR, DRIVER, 0)                                                    \
	X(0x50, PAGE_FAULT_IN_NONPAGED_AREA, DRIVER, 3)                                            \
	X(0x51, REGISTRY_ERROR, REGISTRY, 0)                                                       \
	X(0x53, NO_BOOT_DEVICE, BOOT_DEVICE, 0)                                                    \
	X(0x58, FTDISK_INTERNAL_ERROR, DISK, 0)                                                    \
	X(0x5A, CRITICAL_SERVICE_FAILED, SYSTEM_FILE, 0)                                           \
	X(0x5C, HAL_INITIALIZATION_FAILED, HARDWARE, 0)                                            \
	X(0x5D, UNSUPPORTED_PROCESSOR, HARDWARE, 0)                                                \
	X(0x5E, OBJECT_INITIALIZATION_FAILED, OTHER, 0)                                            \
	X(0x5F, SECURITY_INITIALIZATION_FAILED, OTHER, 0)                                          \
	X(0x60, PROCESS_INITIALIZATION_FAILED, OTHER, 0)                                           \
	X(0x67, CONFIG_INITIALIZATION_FAILED, REGISTRY, 0)                                         \
	X(0x69, IO1_INITIALIZATION_FAILED, BOOT_DEVICE, 0)                                         \
	X(0x6B, PROCESS1_INITIALIZATION_FAILED, SYSTEM_FILE, 0)                                    \
	X(0x6D, SESSION1_INITIALIZATION_FAILED, SYSTEM_FILE, 0)                                    \
	X(0x6E, SESSION2_INITIALIZATION_FAILED, SYSTEM_FILE, 0)                                    \
	X(0x6F, SESSION3_INITIALIZATION_FAILED, SYSTEM_FILE, 0)                                    \
	X(0x70, SESSION4_INITIALIZATION_FAILED, SYSTEM_FILE, 0)                                    \
	X(0x71, SESSION5_INITIALIZATION_FAILED, SYSTEM_FILE, 0)                                    \
	X(0x73, CONFIG_LIST_FAILED, REGISTRY, 0)                                                   \
	X(0x74, BAD_SYSTEM_CONFIG_INFO, REGISTRY, 0)                                               \
	X(0x75, CANNOT_WRITE_CONFIGURATION, REGISTRY, 0)                                           \
	X(0x76, PROCESS_HAS_LOCKED_PAGES, DRIVER, 0)                                               \
	X(0x77, KERNEL_STACK_INPAGE_ERROR, DISK, 0)                                                \
	X(0x78, PHASE0_EXCEPTION, OTHER, 0)                                                        \
	X(0x79, MISMATCHED_HAL, SYSTEM_FILE, 0)                                                    \
	X(0x7A, KERNEL_DATA_INPAGE_ERROR, DISK, 0)                                                 \
	X(0x7B, INACCESSIBLE_BOOT_DEVICE, BOOT_DEVICE, 0)                                          \
	X(0x7C, BUGCODE_NDIS_DRIVER, DRIVER, 0)                                                    \
	X(0x7D, INSTALL_MORE_MEMORY, HARDWARE, 0)                                                  \
	X(0x7E, SYSTEM_THREAD_EXCEPTION_NOT_HANDLED, DRIVER, 2)                                    \
	X(0x7F, UNEXPECTED_KERNEL_MODE_TRAP, DRIVER, 0)                                            \
	X(0x80, NMI_HARDWARE_FAILURE, HARDWARE, 0)                                                 \
	X(0x81, SPIN_LOCK_INIT_FAILURE, DRIVER, 0)                                                 \
	X(0x85, SETUP_FAILURE, OTHER, 0)                                                           \
	X(0x8B, MBR_CHECKSUM_MISMATCH, DISK, 0)                                                    \
	X(0x8E, KERNEL_MODE_EXCEPTION_NOT_HANDLED, DRIVER, 2)                                      \
	X(0x92, UP_DRIVER_ON_MP_SYSTEM, DRIVER, 0)                                                 \
	X(0x93, INVALID_KERNEL_HANDLE, DRIVER, 0)                                                  \
	X(0x94, KERNEL_STACK_LOCKED_AT_EXIT, DRIVER, 0)                                            \
	X(0x96, INVALID_WORK_QUEUE_ITEM, DRIVER, 0)                                                \
	X(0x98, END_OF_NT_EVALUATION_PERIOD, OTHER, 0)                                             \
	X(0x99, INVALID_REGION_OR_SEGMENT, MEMORY, 0)                                              \
	X(0x9A, SYSTEM_LICENSE_VIOLATION, OTHER, 0)                                                \
	X(0x9B, UDFS_FILE_SYSTEM, DISK, 0)                                                         \
	X(0x9C, MACHINE_CHECK_EXCEPTION, HARDWARE, 0)                                              \
	X(0x9E, USER_MODE_HEALTH_MONITOR, OTHER, 0)                                                \
	X(0x9F, DRIVER_POWER_STATE_FAILURE, POWER, 0)                                              \
	X(0xA0, INTERNAL_POWER_ERROR, POWER, 0)                                                    \
	X(0xA1, PCI_BUS_DRIVER_INTERNAL, HARDWARE, 0)                                              \
	X(0xA2, MEMORY_IMAGE_CORRUPT, RESUME, 0)                                                   \
	X(0xA3, ACPI_DRIVER_INTERNAL, HARDWARE, 0)                                                 \
	X(0xA5, ACPI_BIOS_ERROR, HARDWARE, 0)                                                      \
	X(0xA7, BAD_EXHANDLE, MEMORY, 0)                                                           \
	X(0xAB, SESSION_HAS_VALID_POOL_ON_EXIT, DRIVER, 0)                                         \
	X(0xAC, HAL_MEMORY_ALLOCATION, OTHER, 0)                                                   \
	X(0xAD, VIDEO_DRIVER_DEBUG_REPORT_REQUEST, VIDEO, 0)                                       \
	X(0xB4, VIDEO_DRIVER_INIT_FAILURE, VIDEO, 0)                                               \
	X(0xB8, ATTEMPTED_SWITCH_FROM_DPC, DRIVER, 0)                                              \
	X(0xB9, CHIPSET_DETECTED_ERROR, HARDWARE, 0)                                               \
	X(0xBA, SESSION_HAS_VALID_VIEWS_ON_EXIT, DRIVER, 0)                                        \
	X(0xBE, ATTEMPTED_WRITE_TO_READONLY_MEMORY, DRIVER, 0)                                     \
	X(0xBF, MUTEX_ALREADY_OWNED, DRIVER, 0)                                                    \
	X(0xC1, SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, VERIFIER, 0)                              \
	X(0xC2, BAD_POOL_CALLER, MEMORY, 0)                                                        \
	X(0xC4, DRIVER_VERIFIER_DETECTED_VIOLATION, VERIFIER, 0)                                   \
	X(0xC5, DRIVER_CORRUPTED_EXPOOL, MEMORY, 4)                                                \
	X(0xC6, DRIVER_CAUGHT_MODIFYING_FREED_POOL, VERIFIER, 0)                                   \
	X(0xC7, TIMER_OR_DPC_INVALID, DRIVER, 0)                                                   \
	X(0xC8, IRQL_UNEXPECTED_VALUE, DRIVER, 0)                                                  \
	X(0xC9, DRIVER_VERIFIER_IOMANAGER_VIOLATION, VERIFIER, 0)                                  \
	X(0xCA, PNP_DETECTED_FATAL_ERROR, DRIVER, 0)                                               \
	X(0xCB, DRIVER_LEFT_LOCKED_PAGES_IN_PROCESS, DRIVER, 1)                                    \
	X(0xCC, PAGE_FAULT_IN_FREED_SPECIAL_POOL, VERIFIER, 3)                                     \
	X(0xCD, PAGE_FAULT_BEYOND_END_OF_ALLOCATION, VERIFIER, 3)                                  \
	X(0xCE, DRIVER_UNLOADED_WITHOUT_CANCELLING_PENDING_OPERATIONS, DRIVER, 3)                  \
	X(0xCF, TERMINAL_SERVER_DRIVER_MADE_INCORRECT_MEMORY_REFERENCE, DRIVER, 3)                 \
	X(0xD0, DRIVER_CORRUPTED_MMPOOL, MEMORY, 4)                                                \
	X(0xD1, DRIVER_IRQL_NOT_LESS_OR_EQUAL, DRIVER, 4)                                          \
	X(0xD3, DRIVER_PORTION_MUST_BE_NONPAGED, DRIVER, 4)                                        \
	X(0xD4, SYSTEM_SCAN_AT_RAISED_IRQL_CAUGHT_IMPROPER_DRIVER_UNLOAD, DRIVER, 4)               \
	X(0xD5, DRIVER_PAGE_FAULT_IN_FREED_SPECIAL_POOL, VERIFIER, 3)                              \
	X(0xD6, DRIVER_PAGE_FAULT_BEYOND_END_OF_ALLOCATION, VERIFIER, 3)                           \
	X(0xD7, DRIVER_UNMAPPING_INVALID_VIEW, DRIVER, 0)                                          \
	X(0xD8, DRIVER_USED_EXCESSIVE_PTES, DRIVER, 0)                                             \
	X(0xD9, LOCKED_PAGES_TRACKER_CORRUPTION, MEMORY, 0)                                        \
	X(0xDA, SYSTEM_PTE_MISUSE, DRIVER, 0)                                                      \
	X(0xDB, DRIVER_CORRUPTED_SYSPTES, MEMORY, 4)                                               \
	X(0xDC, DRIVER_INVALID_STACK_ACCESS, DRIVER, 0)                                            \
	X(0xDE, POOL_CORRUPTION_IN_FILE_AREA, MEMORY, 0)                                           \
	X(0xE0, ACPI_BIOS_FATAL_ERROR, HARDWARE, 0)                                                \
	X(0xE1, WORKER_THREAD_RETURNED_AT_BAD_IRQL, DRIVER, 1)                                     \
	X(0xE2, MANUALLY_INITIATED_CRASH, USER, 0)                                                 \
	X(0xE3, RESOURCE_NOT_OWNED, DRIVER, 0)                                                     \
	X(0xE4, WORKER_INVALID, MEMORY, 0)                                                         \
	X(0xE6, DRIVER_VERIFIER_DMA_VIOLATION, VERIFIER, 0)                                        \
	X(0xE7, INVALID_FLOATING_POINT_STATE, DRIVER, 0)                                           \
	X(0xE8, INVALID_CANCEL_OF_FILE_OPEN, DRIVER, 0)                                            \
	X(0xEA, THREAD_STUCK_IN_DEVICE_DRIVER, VIDEO, 0)                                           \
	X(0xEB, DIRTY_MAPPED_PAGES_CONGESTION, OTHER, 0)                                           \
	X(0xED, UNMOUNTABLE_BOOT_VOLUME, DISK, 0)                                                  \
	X(0xEF, CRITICAL_PROCESS_DIED, SYSTEM_FILE, 0)                                             \
	X(0xF1, SCSI_VERIFIER_DETECTED_VIOLATION, VERIFIER, 0)                                     \
	X(0xF4, CRITICAL_OBJECT_TERMINATION, SYSTEM_FILE, 0)                                       \
	X(0xF5, FLTMGR_FILE_SYSTEM, DRIVER, 0)                                                     \
	X(0xF6, PCI_VERIFIER_DETECTED_VIOLATION, HARDWARE, 0)                                      \
	X(0xF7, DRIVER_OVERRAN_STACK_BUFFER, DRIVER, 0)                                            \
	X(0xF8, RAMDISK_BOOT_INITIALIZATION_FAILED, BOOT_DEVICE, 0)                                \
	X(0xF9, DRIVER_RETURNED_STATUS_REPARSE_FOR_VOLUME_OPEN, DRIVER, 0)                         \
	X(0xFA, HTTP_DRIVER_CORRUPTED, MEMORY, 0)                                                  \
	X(0xFC, ATTEMPTED_EXECUTE_OF_NOEXECUTE_MEMORY, DRIVER, 0)                                  \
	X(0xFD, DIRTY_NOWRITE_PAGES_CONGESTION, DISK, 0)                                           \
	X(0xFE, BUGCODE_USB_DRIVER, DRIVER, 0)                                                     \
	X(0x100, LOADER_BLOCK_MISMATCH, SYSTEM_FILE, 0)                                            \
	X(0x101, CLOCK_WATCHDOG_TIMEOUT, HARDWARE, 0)                                              \
	X(0x102, DPC_WATCHDOG_TIMEOUT, DRIVER, 0)                                                  \
	X(0x103, MUP_FILE_SYSTEM, DRIVER, 0)                                                       \
	X(0x104, AGP_INVALID_ACCESS, HARDWARE, 0)                                                  \
	X(0x108, THIRD_PARTY_FILE_SYSTEM_FAILURE, DRIVER, 0)                                       \
	X(0x109, CRITICAL_STRUCTURE_CORRUPTION, MEMORY, 0)                                         \
	X(0x10A, APP_TAGGING_INITIALIZATION_FAILED, OTHER, 0)                                      \
	X(0x10C, FSRTL_EXTRA_CREATE_PARAMETER_VIOLATION, DRIVER, 0)                                \
	X(0x10D, WDF_VIOLATION, DRIVER, 0)                                                         \
	X(0x10E, VIDEO_MEMORY_MANAGEMENT_INTERNAL, VIDEO, 0)                                       \
	X(0x10F, RESOURCE_MANAGER_EXCEPTION_NOT_HANDLED, DISK, 0)                                  \
	X(0x111, RECURSIVE_NMI, HARDWARE, 0)                                                       \
	X(0x112, MSRPC_STATE_VIOLATION, OTHER, 0)                                                  \
	X(0x113, VIDEO_DXGKRNL_FATAL_ERROR, VIDEO, 0)                                              \
	X(0x114, VIDEO_SHADOW_DRIVER_FATAL_ERROR, VIDEO, 0)                                        \
	X(0x115, AGP_INTERNAL, VIDEO, 0)                                                           \
	X(0x116, VIDEO_TDR_FAILURE, VIDEO, 2)                                                      \
	X(0x117, VIDEO_TDR_TIMEOUT_DETECTED, VIDEO, 2)                                             \
	X(0x119, VIDEO_SCHEDULER_INTERNAL_ERROR, VIDEO, 0)                                         \
	X(0x11A, EM_INITIALIZATION_FAILURE, OTHER, 0)                                              \
	X(0x11B, DRIVER_RETURNED_HOLDING_CANCEL_LOCK, DRIVER, 0)                                   \
	X(0x11C, ATTEMPTED_WRITE_TO_CM_PROTECTED_STORAGE, DRIVER, 0)                               \
	X(0x11D, EVENT_TRACING_FATAL_ERROR, OTHER, 0)                                              \
	X(0x120, BITLOCKER_FATAL_ERROR, SECURITY, 0)                                               \
	X(0x121, DRIVER_VIOLATION, DRIVER, 0)                                                      \
	X(0x122, WHEA_INTERNAL_ERROR, HARDWARE, 0)                                                 \
	X(0x123, CRYPTO_SELF_TEST_FAILURE, SECURITY, 0)                                            \
	X(0x124, WHEA_UNCORRECTABLE_ERROR, HARDWARE, 0)                                            \
	X(0x127, PAGE_NOT_ZERO, MEMORY, 0)                                                         \
	X(0x12B, FAULTY_HARDWARE_CORRUPTED_PAGE, HARDWARE, 0)                                      \
	X(0x12C, EXFAT_FILE_SYSTEM, DISK, 0)                                                       \
	X(0x133, DPC_WATCHDOG_VIOLATION, DRIVER, 0)                                                \
	X(0x135, REGISTRY_FILTER_DRIVER_EXCEPTION, DRIVER, 0)                                      \
	X(0x139, KERNEL_SECURITY_CHECK_FAILURE, MEMORY, 0)                                         \
	X(0x13A, KERNEL_MODE_HEAP_CORRUPTION, MEMORY, 0)                                           \
	X(0x141, VIDEO_ENGINE_TIMEOUT_DETECTED, VIDEO, 2)                                          \
	X(0x144, BUGCODE_USB3_DRIVER, DRIVER, 0)                                                   \
	X(0x145, SECURE_BOOT_VIOLATION, SECURITY, 0)                                               \
	X(0x149, REFS_FILE_SYSTEM, DISK, 0)                                                        \
	X(0x14B, SOC_SUBSYSTEM_FAILURE, HARDWARE, 0)                                               \
	X(0x14C, FATAL_ABNORMAL_RESET_ERROR, HARDWARE, 0)                                          \
	X(0x14F, PDC_WATCHDOG_TIMEOUT, POWER, 0)                                                   \
	X(0x153, KERNEL_LOCK_ENTRY_LEAKED_ON_THREAD_TERMINATION, DRIVER, 0)                        \
	X(0x154, UNEXPECTED_STORE_EXCEPTION, DISK, 0)                                              \
	X(0x156, WINSOCK_DETECTED_HUNG_CLOSESOCKET_LIVEDUMP, OTHER, 0)                             \
	X(0x157, KERNEL_THREAD_PRIORITY_FLOOR_VIOLATION, DRIVER, 0)                                \
	X(0x15C, PDC_WATCHDOG_TIMEOUT_LIVEDUMP, POWER, 0)                                          \
	X(0x15D, SOC_SUBSYSTEM_FAILURE_LIVEDUMP, HARDWARE, 0)                                      \
	X(0x15E, BUGCODE_NDIS_DRIVER_LIVE_DUMP, DRIVER, 0)                                         \
	X(0x15F, CONNECTED_STANDBY_WATCHDOG_TIMEOUT_LIVEDUMP, POWER, 0)                            \
	X(0x160, WIN32K_ATOMIC_CHECK_FAILURE, OTHER, 0)                                            \
	X(0x161, LIVE_SYSTEM_DUMP, USER, 0)                                                        \
	X(0x162, KERNEL_AUTO_BOOST_INVALID_LOCK_RELEASE, DRIVER, 0)                                \
	X(0x164, WIN32K_CRITICAL_FAILURE, OTHER, 0)                                                \
	X(0x16C, INVALID_RUNDOWN_PROTECTION_FLAGS, DRIVER, 0)                                      \
	X(0x175, PREVIOUS_FATAL_ABNORMAL_RESET_ERROR, HARDWARE, 0)                                 \
	X(0x178, ELAM_DRIVER_DETECTED_FATAL_ERROR, SECURITY, 0)                                    \
	X(0x17D, MICROCODE_REVISION_MISMATCH, HARDWARE, 0)                                         \
	X(0x17E, HYPERGUARD_INITIALIZATION_FAILURE, SECURITY, 0)                                   \
	X(0x18B, SECURE_KERNEL_ERROR, SECURITY, 0)                                                 \
	X(0x18C, HYPERGUARD_VIOLATION, SECURITY, 0)                                                \
	X(0x18D, SECURE_FAULT_UNHANDLED, SECURITY, 0)                                              \
	X(0x192, KERNEL_AUTO_BOOST_LOCK_ACQUISITION_WITH_RAISED_IRQL, DRIVER, 0)                   \
	X(0x193, VIDEO_DXGKRNL_LIVEDUMP, VIDEO, 0)                                                 \
	X(0x196, LOADER_ROLLBACK_DETECTED, SECURITY, 0)                                            \
	X(0x197, WIN32K_SECURITY_FAILURE, SECURITY, 0)                                             \
	X(0x19C, WIN32K_POWER_WATCHDOG_TIMEOUT, POWER, 0)                                          \
	X(0x1A1, WIN32K_CALLOUT_WATCHDOG_LIVEDUMP, VIDEO, 0)                                       \
	X(0x1A8, VIDEO_DXGKRNL_BLACK_SCREEN_LIVEDUMP, VIDEO, 0)                                    \
	X(0x1AA, EXCEPTION_ON_INVALID_STACK, DRIVER, 0)                                            \
	X(0x1B0, VIDEO_MINIPORT_FAILED_LIVEDUMP, VIDEO, 0)                                         \
	X(0x1B8, VIDEO_MINIPORT_BLACK_SCREEN_LIVEDUMP, VIDEO, 0)                                   \
	X(0x1C4, DRIVER_VERIFIER_DETECTED_VIOLATION_LIVEDUMP, VERIFIER, 0)                         \
	X(0x1C7, STORE_DATA_STRUCTURE_CORRUPTION, MEMORY, 0)                                       \
	X(0x1C8, MANUALLY_INITIATED_POWER_BUTTON_HOLD, USER, 0)                                    \
	X(0x1CA, SYNTHETIC_WATCHDOG_TIMEOUT, HARDWARE, 0)                                          \
	X(0x1CC, EXRESOURCE_TIMEOUT_LIVEDUMP, OTHER, 0)                                            \
	X(0x1CE, INVALID_KERNEL_STACK_ADDRESS, DRIVER, 0)                                          \
	X(0x1CF, HARDWARE_WATCHDOG_TIMEOUT, HARDWARE, 0)                                           \
	X(0x1D4, UCMUCSI_LIVEDUMP, HARDWARE, 0)                                                    \
	X(0x1D5, DRIVER_PNP_WATCHDOG, DRIVER, 0)                                                   \
	X(0x1DB, IPI_WATCHDOG_TIMEOUT, HARDWARE, 0)                                                \
	X(0x20001, HYPERVISOR_ERROR, HARDWARE, 0)                                                  \
	X(0xA0000001, A_CODE_OF_AMD_DISPLAY_DRIVERS, VIDEO, 0)                                     \
	X(0xC0000218, STATUS_CANNOT_LOAD_REGISTRY_FILE, REGISTRY, 0)                               \
	X(0xC000021A, WINLOGON_FATAL_ERROR, SYSTEM_FILE, 0)                                        \
	X(0xC0000221, STATUS_IMAGE_CHECKSUM_MISMATCH, SYSTEM_FILE, 0)                              \
	X(0xC0000244, STATUS_AUDIT_FAILED, OTHER, 0)                                               \
	X(0xDEADDEAD, MANUALLY_INITIATED_CRASH1, USER, 0)

#define ROW(code, name, stop, parameter) {code, #name, WIN_STOP_##stop, parameter},

uint32_t win_bugcheck_code(uint32_t raw)
{
	/* of 0xDEADDEAD and the like the bit is a part */
	return raw >> 28 == SMALL_CONTEXT >> 28 ? raw & ~SMALL_CONTEXT : raw;
}

const struct win_bugcheck *win_bugcheck(uint32_t code)
{
	static const struct win_bugcheck rows[] = {BUGCHECKS(ROW)};

	code = win_bugcheck_code(code);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}

enum win_stop win_bugcheck_stop(uint32_t code)
{
	const struct win_bugcheck *b = win_bugcheck(code);

	return b ? b->stop : WIN_STOP_OTHER;
}
