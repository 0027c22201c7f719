package main

import (
	"math/rand/v2"
	"syscall"
	"time"
)

const (
	// An Ethernet frame with a VLAN tag around the largest packet that an interface may have.
	largestFrame = 65535 + 18
	// Frames under way in one direction; when there are more, the interface's own queue fills, and then loses.
	underWay = 32768
)

type frame struct {
	due     time.Time
	content []byte
}

// relay passes what comes out of one interface into the other, in order. Frames that are due together leave together.
func relay(from, to int, link link, random *rand.Rand) {
	queue := make(chan frame, underWay)
	go send(to, queue)
	buffer := make([]byte, largestFrame)
	for {
		length, err := syscall.Read(from, buffer)
		if err == syscall.EINTR || err == syscall.EIO { // EIO: the interface is down
			time.Sleep(time.Millisecond)
			continue
		}
		check(err)
		due := time.Now().Add(link.delay)
		if random.Float64() < link.loss {
			continue
		}
		queue <- frame{due, append([]byte(nil), buffer[:length]...)}
	}
}

func send(to int, queue <-chan frame) {
	for frame := range queue {
		wait(frame.due)
		// One that the interface does not take, being down or full, is lost as on a wire.
		_, _ = syscall.Write(to, frame.content)
	}
}

// wait sleeps in the kernel: Go's own timers are a millisecond late on a computer with nothing else to do.
func wait(due time.Time) {
	for left := time.Until(due); left > 0; left = time.Until(due) {
		rest := syscall.NsecToTimespec(int64(left))
		_ = syscall.Nanosleep(&rest, nil)
	}
}
