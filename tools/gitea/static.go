package main

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// staticFolders are what Gitea reads of its sources while it runs.
var staticFolders = []string{"templates", "options"}

// writeStandIn writes a copy of this program that carries those folders at its end, so that it is one file as Gogs is.
func writeStandIn(staticRoot, path string) error {
	own, err := os.Executable()
	if err != nil {
		return err
	}
	program, err := os.ReadFile(own)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Write(program); err != nil {
		return err
	}
	archive := zip.NewWriter(file)
	archive.SetOffset(int64(len(program)))
	for _, folder := range staticFolders {
		if err := addFolder(archive, staticRoot, folder); err != nil {
			return err
		}
	}
	return archive.Close()
}

func addFolder(archive *zip.Writer, root, folder string) error {
	return filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		to, err := archive.Create(filepath.ToSlash(name))
		if err != nil {
			return err
		}
		_, err = to.Write(content)
		return err
	})
}

// unpackStatic writes the templates and options that stand at the end of this program's own file, once.
func unpackStatic(folder string) error {
	if _, err := os.Stat(folder); err == nil {
		return nil
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	archive, err := zip.OpenReader(program)
	if err != nil {
		return fmt.Errorf("%s has no templates at its end: %w", program, err)
	}
	defer archive.Close()
	unfinished := fmt.Sprintf("%s.%d", folder, os.Getpid())
	for _, file := range archive.File {
		if err := unpackFile(file, filepath.Join(unfinished, filepath.FromSlash(file.Name))); err != nil {
			return err
		}
	}
	return os.Rename(unfinished, folder)
}

func unpackFile(file *zip.File, path string) error {
	if !filepath.IsLocal(file.Name) {
		return fmt.Errorf("%s leads out of its folder", file.Name)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	from, err := file.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, from); err != nil {
		to.Close()
		return err
	}
	return to.Close()
}
