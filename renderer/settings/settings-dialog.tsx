// Owns the settings dialog: appearance, language, notifications, the app lock, the keyboard, and what runs here. A choice applies at once.

import { Monitor, Moon, Sun, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Dialog, Heading, Label, Modal, ModalOverlay, Radio, RadioGroup } from 'react-aria-components'
import type { Settings } from '../../shared/bridge.ts'
import { altShortcut, shiftShortcut, shortcut } from '../app/shortcuts.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'
import { languageNames, languages } from '../i18n/catalog.ts'
import { AppLockSection } from './app-lock-section.tsx'
import { NotifySection } from './notify-section.tsx'
import './settings-dialog.css'
import '../components/modal-dialog.css'

const themes = [
  { theme: 'system', icon: Monitor },
  { theme: 'light', icon: Sun },
  { theme: 'dark', icon: Moon },
] as const

interface SettingsDialogProps {
  /** Opened by somebody who looks for the app lock. */
  readonly atAppLock: boolean
  readonly onClose: () => void
}

export function SettingsDialog({ atAppLock, onClose }: SettingsDialogProps): ReactNode {
  const session = useWorkspace((state) => state.session)
  const { setSettings } = useActions()
  const { t } = useTranslator()
  if (session === undefined) return undefined
  const { settings, appLock, me, workspaceName, version, host } = session
  const shortcuts = [
    { keys: shortcut('K'), text: t('settings.shortcut.jump') },
    { keys: shortcut('F'), text: t('settings.shortcut.search') },
    { keys: altShortcut('↑ ↓'), text: t('settings.shortcut.move') },
    { keys: shiftShortcut('L'), text: t('settings.shortcut.lock') },
    { keys: 'Esc', text: t('settings.shortcut.close') },
  ]
  const facts = [
    { label: t('settings.workspace'), value: workspaceName },
    { label: t('settings.account'), value: me === undefined ? undefined : `${me.displayName} (${me.userName})` },
    { label: t('settings.version'), value: version },
    { label: t('settings.host'), value: t(`settings.host.${host}`) },
  ]
  return (
    <ModalOverlay className="overlay" isDismissable isOpen onOpenChange={(open) => (open ? undefined : onClose())}>
      <Modal className="settings">
        <Dialog className="settings__dialog" data-testid="settings">
          <header className="settings__header">
            <Heading className="settings__title" slot="title">
              {t('settings.title')}
            </Heading>
            <IconButton data-testid="settings-close" icon={X} label={t('settings.close')} onClick={onClose} />
          </header>
          <div className="settings__body">
            <RadioGroup
              className="settings__group"
              onChange={(theme) => void setSettings({ theme: theme as Settings['theme'] })}
              orientation="horizontal"
              value={settings.theme}
            >
              <Label className="settings__label">{t('settings.theme')}</Label>
              <div className="settings__themes">
                {themes.map(({ theme, icon: Icon }) => (
                  <Radio className="theme" data-testid={`theme-${theme}`} key={theme} value={theme}>
                    <Icon aria-hidden="true" />
                    {t(`settings.theme.${theme}`)}
                  </Radio>
                ))}
              </div>
            </RadioGroup>
            <RadioGroup
              className="settings__group"
              onChange={(language) => void setSettings({ language: language as Settings['language'] })}
              value={settings.language}
            >
              <Label className="settings__label">{t('settings.language')}</Label>
              <div className="settings__languages">
                {(['system', ...languages] as const).map((language) => (
                  <Radio className="language" data-testid={`language-${language}`} key={language} value={language}>
                    <span aria-hidden="true" className="language__dot" />
                    {language === 'system' ? (
                      t('settings.language.system')
                    ) : (
                      <span lang={language}>{languageNames[language]}</span>
                    )}
                  </Radio>
                ))}
              </div>
            </RadioGroup>
            <NotifySection settings={settings} />
            <AppLockSection appLock={appLock} isWanted={atAppLock} settings={settings} />
            <section className="settings__group">
              <h3 className="settings__label">{t('settings.shortcuts')}</h3>
              <dl className="settings__facts">
                {shortcuts.map(({ keys, text }) => (
                  <div key={keys}>
                    <dt>{text}</dt>
                    <dd>
                      <kbd className="kbd">{keys}</kbd>
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
            <section className="settings__group">
              <h3 className="settings__label">{t('settings.about')}</h3>
              <dl className="settings__facts" data-testid="settings-about">
                {facts.map(({ label, value }) =>
                  value === undefined ? undefined : (
                    <div key={label}>
                      <dt>{label}</dt>
                      <dd>{value}</dd>
                    </div>
                  ),
                )}
              </dl>
            </section>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
