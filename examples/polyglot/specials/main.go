// Today's special.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"time"
)

var specials = []string{"flat white", "chai", "cold brew", "mocha", "affogato", "matcha", "cortado"}

func today(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	special := map[string]string{"special": specials[time.Now().Weekday()]}
	if err := json.NewEncoder(w).Encode(special); err != nil {
		log.Print(err)
	}
}

func main() {
	http.HandleFunc("/today", today)
	log.Print("a special for each day of the week")
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
