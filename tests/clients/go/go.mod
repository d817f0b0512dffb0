module schemad.test/walks

go 1.21

require (
	github.com/confluentinc/confluent-kafka-go/v2 v2.11.1
	github.com/riferrei/srclient v0.7.4
)
