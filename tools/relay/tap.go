package main

import (
	"fmt"
	"syscall"
	"unsafe"
)

const (
	tunSetInterface = 0x400454ca // TUNSETIFF
	tap             = 0x0002     // IFF_TAP
	noPacketInfo    = 0x1000     // IFF_NO_PI
)

// openTap makes a TAP interface that lasts as long as the file is open.
// See https://docs.kernel.org/networking/tuntap.html
func openTap(name string) (int, error) {
	request := struct {
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}{flags: tap | noPacketInfo}
	if len(name) >= len(request.name) {
		return 0, fmt.Errorf("%s: an interface's name has at most %d characters", name, len(request.name)-1)
	}
	copy(request.name[:], name)
	file, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("/dev/net/tun: %w", err)
	}
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(file), tunSetInterface, uintptr(unsafe.Pointer(&request))); errno != 0 {
		return 0, fmt.Errorf("%s: %w", name, errno)
	}
	return file, nil
}
