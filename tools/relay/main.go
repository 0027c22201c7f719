// Command relay makes pairs of TAP interfaces and passes Ethernet frames between the two of each, later and not all of
// them: what netem does where the kernel has it. Run as
//
//	relay -seed 1 gateway0,port0,10ms,0.01 …
//
// for a one-way delay of 10 ms and a hundredth of the frames lost, in both directions. It prints "ready" when the
// interfaces exist and ends when its standard input closes; they end with it.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"
)

type link struct {
	names [2]string
	delay time.Duration
	loss  float64 // share of the frames, 0 to 1
}

func main() {
	seed := flag.Uint64("seed", 1, "decides which frames are lost, by their number in each direction")
	flag.Parse()
	for number, words := range flag.Args() {
		link, err := parse(words)
		check(err)
		taps := [2]int{}
		for side, name := range link.names {
			taps[side], err = openTap(name)
			check(err)
		}
		for side := range taps {
			random := rand.New(rand.NewPCG(*seed, uint64(2*number+side)))
			go relay(taps[side], taps[1-side], link, random)
		}
	}
	fmt.Println("ready")
	_, err := io.Copy(io.Discard, os.Stdin)
	check(err)
}

func parse(text string) (link, error) {
	words := strings.Split(text, ",")
	if len(words) != 4 {
		return link{}, fmt.Errorf("%q is not INTERFACE,INTERFACE,DELAY,LOSS", text)
	}
	delay, err := time.ParseDuration(words[2])
	if err != nil {
		return link{}, err
	}
	loss, err := strconv.ParseFloat(words[3], 64)
	return link{[2]string{words[0], words[1]}, delay, loss}, err
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
