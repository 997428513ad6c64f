terraform import {{provider}}_note.shopping shopping
