// Owns the development page: the real app over a made-up bridge. Not part of the product's build.
// The hash chooses what is shown, for example #state=offline&language=zh-Hant-HK&theme=dark&list=empty.

import { mountApp } from '../app/mount.tsx'
import { createFakeApi } from './fake-api.ts'

const root = document.getElementById('root')
if (root !== null) mountApp(root, createFakeApi(new URLSearchParams(location.hash.slice(1))))
window.addEventListener('hashchange', () => location.reload())
