// SPDX-License-Identifier: Apache-2.0

// The walk of srclient. The URL of an empty registry is the only argument.
package main

import (
	"encoding/binary"
	"errors"
	"os"
	"slices"

	"github.com/riferrei/srclient"

	. "schemad.test/walks/walk"
)

func fresh() *srclient.SchemaRegistryClient {
	return srclient.NewSchemaRegistryClient(os.Args[1])
}

// refused panics unless the error is the registry's, with that code.
func refused(code int, err error) {
	var said srclient.Error
	if !errors.As(err, &said) {
		panic(err)
	}
	Same(said.Code, code)
}

func second[T any](_ T, err error) error {
	return err
}

func succeed(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	client := fresh()
	create := func(subject, text string, references ...srclient.Reference) (*srclient.Schema, error) {
		return client.CreateSchema(subject, text, srclient.Avro, references...)
	}
	Run([]Check{
		{"register", func() {
			Same(Must(create("register", User)).ID(), 1)
			Same(Must(create("register", User)).ID(), 1)
			Same(Must(create("register", Wider)).ID(), 2)
			Same(Must(create("a/b c%d+e:ü", User)).ID(), 1)
		}},
		{"lookup", func() {
			Must(create("lookup", User))
			Same(Must(client.LookupSchema("lookup", User, srclient.Avro)).ID(), 1)
			refused(40403, second(client.LookupSchema("lookup", Wider, srclient.Avro)))
			refused(40401, second(client.LookupSchema("none", User, srclient.Avro)))
		}},
		{"ids", func() {
			Contains(Must(fresh().GetSchema(1)).Schema(), "naïve ☃")
			holders := Must(client.GetSubjectVersionsById(1))
			Same(len(holders) > 0, true)
		}},
		{"versions", func() {
			Must(create("versions", User))
			Must(create("versions", Wider))
			Same(Must(client.GetSchemaVersions("versions")), []int{1, 2})
			Same(Must(fresh().GetSchemaByVersion("versions", 2)).ID(), 2)
			Same(slices.Contains(Must(client.GetSubjects()), "versions"), true)
		}},
		{"latest", func() {
			Must(create("latest", User))
			Must(create("latest", Wider))
			Same(Must(client.GetLatestSchema("latest")).Version(), 2)
		}},
		{"compatibility", func() {
			Must(create("compatibility", User))
			Same(Must(client.IsSchemaCompatible("compatibility", Wider, "latest", srclient.Avro)), true)
			Same(Must(client.IsSchemaCompatible("compatibility", Broken, "1", srclient.Avro)), false)
		}},
		{"config", func() {
			Same(*Must(client.GetGlobalCompatibilityLevel()), srclient.Backward)
			refused(40408, second(client.GetCompatibilityLevel("config", false)))
			Same(*Must(client.GetCompatibilityLevel("config", true)), srclient.Backward)
			Must(client.ChangeSubjectCompatibilityLevel("config", srclient.FullTransitive))
			Same(*Must(client.GetCompatibilityLevel("config", false)), srclient.FullTransitive)
			Must(client.DeleteSubjectCompatibilityLevel("config"))
			refused(42203, second(client.ChangeSubjectCompatibilityLevel("config", "SIDEWARD")))
		}},
		{"deletes", func() {
			Must(create("deletes", User))
			Must(create("deletes", Wider))
			succeed(client.DeleteSubjectByVersion("deletes", 1, true))
			Same(Must(client.GetSchemaVersions("deletes")), []int{2})
			succeed(client.DeleteSubject("deletes", false))
			Same(slices.Contains(Must(client.GetSubjectsIncludingDeleted()), "deletes"), true)
			succeed(client.DeleteSubject("deletes", true))
			refused(40401, client.DeleteSubject("deletes", false))
		}},
		{"references", func() {
			Must(create("address", Address))
			reference := srclient.Reference{Name: "test.Address", Subject: "address", Version: 1}
			made := Must(create("references", House, reference))
			Same(Must(fresh().GetSchema(made.ID())).References(), []srclient.Reference{reference})
		}},
		{"serde", func() {
			schema := Must(create("serde", User))
			message := binary.BigEndian.AppendUint32([]byte{0}, uint32(schema.ID()))
			message = Must(schema.Codec().BinaryFromNative(message, map[string]any{"name": "Ada", "age": nil}))
			reader := Must(fresh().GetSchema(int(binary.BigEndian.Uint32(message[1:5]))))
			record, rest, err := reader.Codec().NativeFromBinary(message[5:])
			succeed(err)
			Same(len(rest), 0)
			Same(record.(map[string]any)["name"], "Ada")
		}},
		{"errors", func() {
			Must(create("errors", User))
			refused(40403, second(fresh().GetSchema(99)))
			refused(40402, second(client.GetSchemaByVersion("errors", 9)))
			refused(42202, second(client.GetSchemaByVersion("errors", 0)))
			refused(42201, second(create("errors", "nonsense")))
			refused(40901, second(create("errors", Broken)))
		}},
	})
}
